"""What may be asked of a platform, how well it can, and how it ends when it does not raise."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Operation(TextChoices):
    """What may be asked of a platform."""

    SEND_GROUP = "send_group", _("Say in the group")
    SEND_DIRECT = "send_direct", _("Say privately")
    ANNOUNCE = "set_announcement", _("Group announcement")
    PIN = "pin_message", _("Pin a message")
    DELETE_MESSAGE = "delete_message", _("Recall a message")
    MUTE = "mute", _("Mute a member")
    UNMUTE = "unmute", _("Unmute a member")
    KICK = "kick", _("Remove a member")
    BAN = "ban", _("Remove and keep out")
    UNBAN = "unban", _("Let in again")
    MEMBERS = "list_members", _("List the members")
    EVENTS = "fetch_events", _("Hear what happens")


# What changes something there; each is a method of Adapter by its value, takes an Action and gives an Outcome.
SAYING = (Operation.SEND_GROUP, Operation.SEND_DIRECT, Operation.ANNOUNCE, Operation.PIN)
ENFORCING = (Operation.DELETE_MESSAGE, Operation.MUTE, Operation.KICK, Operation.BAN)
RELEASING = (Operation.UNMUTE, Operation.UNBAN)  # never held by a pause: nobody stays muted because we are quiet
ACTS = (*SAYING, *ENFORCING, *RELEASING)


class Level(TextChoices):
    """How well, from best to worst; of several the weakest wins."""

    NATIVE = "native", _("By itself")
    EMULATED = "emulated", _("By itself, in a roundabout way")
    PLATFORM_CONFIRM = "platform_confirm", _("A person confirms on the platform")
    ASSISTED = "assisted", _("A person does it")
    NONE = "none", _("Not possible")


WORST_LAST = (Level.NATIVE, Level.EMULATED, Level.PLATFORM_CONFIRM, Level.ASSISTED, Level.NONE)


@dataclass(frozen=True)
class Capability:
    """One operation: its level, its limits, and a sentence for the operator where it is less than native."""

    level: Level
    max_bytes: int | None = None
    max_chars: int | None = None
    max_age: int | None = None  # seconds: older messages cannot be recalled
    own_only: bool = False  # only our own messages
    timed: bool = False  # the platform ends a mute by itself; otherwise we do, by a delivery that waits for its hour
    why: str = ""  # a msgid

    @property
    def possible(self) -> bool:
        """Whether asking makes sense at all."""
        return self.level != Level.NONE


def weakest(*found: Capability) -> Capability:
    """Of what the class, the live account and earlier refusals say, the weakest level, and the tightest of every limit."""
    worst = max(found, key=lambda capability: WORST_LAST.index(capability.level))
    return replace(
        worst,
        max_bytes=_least(capability.max_bytes for capability in found),
        max_chars=_least(capability.max_chars for capability in found),
        max_age=_least(capability.max_age for capability in found),
        own_only=any(capability.own_only for capability in found),
        timed=all(capability.timed for capability in found),
    )


def _least(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


class Scope(TextChoices):
    """What a limit counts."""

    CONNECTION = "connection", _("the whole channel")
    GROUP = "group", _("one group")


@dataclass(frozen=True)
class RateHint:
    """A platform's limit: at most `times` acts in `seconds`. Kept per connection, editable there, enforced in the database."""

    times: int
    seconds: int
    scope: Scope = Scope.CONNECTION
    source: str = ""  # a msgid: who says so


class Result(StrEnum):
    """How an action ended when it did not raise."""

    DONE = "done"
    ACCEPTED = "accepted"  # a person must confirm on the platform
    NEEDS_OPERATOR = "needs_operator"  # a person must do it


@dataclass(frozen=True)
class Outcome:
    """The result and, per part, the remote id that proves it; what has no id of its own proves itself by `line`."""

    result: Result
    remote_ids: tuple[str, ...] = ()
    line: str = ""


class Found(StrEnum):
    """What `resolve` saw on the platform after an unknown outcome."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Resolution:
    """The answer of `resolve`, with the remote ids when it was sent.

    Of several parts some may be there: that is NOT_SENT, and the retry sends what is missing.
    """

    found: Found
    remote_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """One outgoing act. `key` is the idempotency key of the intention: the same for every attempt."""

    key: str
    group: str
    text: str = ""
    user: str = ""  # remote id of the person it is about
    message: str = ""  # remote id of the message it is about
    until: datetime | None = None  # of a mute, UTC; None: until it is lifted
    operation: Operation = Operation.SEND_GROUP
    deadline: float = 10.0  # seconds the call may take
    # When the first attempt began. Set for `resolve`, and for an act that is not the first: it looks before it repeats itself.
    since: datetime | None = None
