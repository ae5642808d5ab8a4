"""Refuses to start when two adapters claim one kind, or one claims a kind that does not fit its column."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from groupops.messaging import registry
from groupops.messaging.adapter import Adapter
from groupops.messaging.models import Connection


@register(Tags.compatibility)
def adapters(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """messaging.E001 and E002 for the registered adapters."""
    return problems(registry.ADAPTERS)


def problems(found: Sequence[type[Adapter]]) -> list[CheckMessage]:
    """What is wrong with a set of adapters."""
    longest = Connection._meta.get_field("adapter").max_length or 0
    twice = [kind for kind, count in Counter(adapter.kind for adapter in found).items() if count > 1]
    return [
        *(
            Error(f"Two adapters claim the kind {kind!r}.", hint="Rename one; connections name their adapter by it.", id="messaging.E001")
            for kind in twice
        ),
        *(Error(f"The kind {item.kind!r} is too long.", id="messaging.E002") for item in found if not 0 < len(item.kind) <= longest),
    ]
