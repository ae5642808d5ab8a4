"""Links and domains: allowed, denied, or every one that is not allowed."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found
from moderation.detection.settings import Choice, Lines, Setting

SETTINGS: Mapping[str, Setting] = {
    "refuse": Choice("unknown", ("unknown", "denied", "all")),
    "allow": Lines((), 5_000, 253),
    "deny": Lines((), 5_000, 253),
}
DENIED = gettext_noop("Links to %(domain)s, which is on the list of refused sites.")
UNKNOWN = gettext_noop("Links to %(domain)s, which is not on the list of allowed sites.")
_ENDS = (
    "com|cn|net|org|top|xyz|vip|cc|me|io|co|info|shop|club|site|online|app|dev|tv|link|ly|gg|in|ru|hk|tw|pro|fun|icu|live|work|ltd|wang"
    "|ink|tech|store|space|biz|asia|mobi|us|uk|de|jp|kr|one|im|la|pw|to"
)
_DOMAIN = re.compile(
    rf"(?:https?\s*:\s*/\s*/\s*)((?:[\w-]{{1,63}}\s?\.\s?){{1,8}}[a-z]{{2,24}}|\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?::\d+)?(?:/[^\s一-鿿]*)?"
    rf"|(?<![\w.@-])((?:[a-z0-9-]{{1,63}}\s?[.。]\s?){{1,8}}(?:{_ENDS}))(?![a-z0-9])(?:/[^\s一-鿿]*)?",
    re.IGNORECASE | re.ASCII,
)
_GAPS = re.compile(r"\s+")


def domains(text: str) -> list[tuple[str, int, int]]:
    """The domains a normal text names, with or without a scheme, and where the link stands."""
    found = []
    for fit in _DOMAIN.finditer(text):
        name = _GAPS.sub("", fit[1] or fit[2]).replace("。", ".").lower()
        found.append((name, fit.start(), fit.end()))
    return found


class Links:
    """One rule's lists; a listed domain stands for everything below it."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._refuse: str = settings["refuse"]
        self._allow, self._deny = (frozenset(_name(entry) for entry in settings[key]) for key in ("allow", "deny"))

    def look(self, batch: Batch) -> list[Found]:
        """Per message the first link that is not right."""
        found = []
        for place, text in enumerate(batch.folded):
            for domain, start, end in domains(text.normal):
                reason = self._against(domain)
                if reason:
                    found.append(Found(place, reason, (text.span_of_normal(start, end),), {"domain": domain}))
                    break
        return found

    def _against(self, domain: str) -> str:
        """What speaks against a domain; nothing of a right one."""
        if self._refuse == "all" or _listed(domain, self._deny):
            return DENIED if _listed(domain, self._deny) else UNKNOWN
        return UNKNOWN if self._refuse == "unknown" and not _listed(domain, self._allow) else ""


def _listed(domain: str, names: frozenset[str]) -> bool:
    """Whether a domain, or one above it, is listed."""
    parts = domain.split(".")
    return any(".".join(parts[at:]) in names for at in range(len(parts)))


def _name(entry: str) -> str:
    """A domain as somebody types it into a list: also a whole address."""
    return entry.lower().split("://")[-1].split("/")[0].split(":")[0].removeprefix("*.").removeprefix("www.")
