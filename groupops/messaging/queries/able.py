"""What can be done in a group, before anyone clicks: each act with its level, its limits, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groupops.groups.models import Group
from groupops.messaging import abilities, registry
from groupops.messaging.adapter import ACTS, AdapterError, Capability, Level, Operation, RemoteMember
from groupops.messaging.degrading import NOT_THERE, Capabilities, choose
from groupops.messaging.models import Binding
from groupops.messaging.policy import Step
from groupops.shared.errors import Refused

TIMEOUT = 8.0  # seconds; a person waits
MOST_MEMBERS = 500  # of a list to choose from
NO_ROOM: Capabilities = {}
LIMITS: dict[str, Promise] = {"max_chars": gettext_lazy("characters"), "max_bytes": gettext_lazy("bytes")}


@dataclass(frozen=True)
class Able:
    """One act: what would be done, and a sentence about it."""

    operation: Operation
    capability: Capability
    step: Step
    why: str  # a msgid: what is done instead, or why not
    limits: str  # for people

    @property
    def label(self) -> str:
        """The act."""
        return str(self.operation.label)

    @property
    def by_itself(self) -> bool:
        """Whether nobody has to do anything."""
        return self.capability.level in {Level.NATIVE, Level.EMULATED}


@dataclass(frozen=True)
class Ables:
    """The table of a group; `seen_at` is when the live account was asked."""

    rows: Sequence[Able]
    seen_at: datetime | None = None


def abilities_of(group: Group) -> Ables:
    """The table, without asking the platform. A group without a room: everything by hand. Raises UnknownPlatform, SecretsUnreadable."""
    binding = Binding.objects.filter(group=group).select_related("connection").first()
    if binding is None:
        return Ables([_able(operation, NO_ROOM) for operation in ACTS])
    can = abilities.known(registry.adapter_for(binding.connection), binding=binding, refused=abilities.refusals(binding.connection_id))
    return Ables([_able(operation, can) for operation in ACTS], binding.abilities_at)


def members_of(group: Group) -> list[RemoteMember]:
    """Who is in the room, asked of the platform now, by name; empty where it does not say."""
    binding = Binding.objects.filter(group=group).select_related("connection").first()
    if binding is None:
        return []
    try:
        found = registry.adapter_for(binding.connection, timeout=TIMEOUT).list_members(binding.remote_id)
    except (AdapterError, Refused):
        return []
    return sorted(found, key=lambda member: member.name)[:MOST_MEMBERS]


def _able(operation: Operation, can: Capabilities) -> Able:
    capability = can.get(operation, NOT_THERE)
    doing = choose(operation, can, text="", ends=True)
    return Able(operation, capability, doing.step, capability.why or doing.why, ", ".join(_limits(capability)))


def _limits(capability: Capability) -> list[str]:
    said = [f"≤ {limit:,} {unit}" for name, unit in LIMITS.items() if (limit := getattr(capability, name))]
    if capability.max_age:
        hours = max(capability.max_age // 3600, 1)
        said.append(ngettext("up to %(n)s hour old", "up to %(n)s hours old", hours) % {"n": hours})
    if capability.own_only:
        said.append(_("only our own messages"))
    return said
