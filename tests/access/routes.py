"""Every address of the URLconf, by name, with the parameters it wants."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address: `name` as reverse() takes it, `text` as the URLconf spells it."""

    name: str
    text: str

    @property
    def is_api(self) -> bool:
        """Whether programs come here."""
        return self.text.startswith("api/v1/")


def routes() -> list[Route]:
    """All of them; an address without a name shows up under its text, so that nothing hides."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, text: str, namespace: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        below = text + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, below, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{namespace}{pattern.name}" if pattern.name else below, below)
