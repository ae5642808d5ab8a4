"""Power levels of a room: who has which, what needs which, and the sentence that names what is missing. Pure.

Source: the specification's authorization rules; of room version 12 on the creators stand above every level and are never listed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Operation

POWERS = "m.room.power_levels"
CREATE = "m.room.create"
TOPIC = "m.room.topic"
PINNED = "m.room.pinned_events"
MESSAGE = "m.room.message"
REDACTION = "m.room.redaction"
MUTED = "org.groupops.muted"  # of the power levels' content: whom we muted, and the level of before (null: none of their own)
QUIET = -1  # below every level that an event may need by default
DEFAULTS = {"ban": 50, "kick": 50, "redact": 50, "invite": 0}
CREATORS_ABOVE = 12  # the room version since which creators are not listed

# Operation → what the account's level is too low for, as a sentence for the operator.
MISSING = {
    Operation.SEND_GROUP: _("The account's power level in the room is too low to speak."),
    Operation.ANNOUNCE: _("The account's power level in the room is too low to change the topic and the pinned messages."),
    Operation.PIN: _("The account's power level in the room is too low to pin messages."),
    Operation.DELETE_MESSAGE: _("The account's power level in the room is too low to remove messages of others (redact)."),
    Operation.MUTE: _("The account's power level in the room is too low to change power levels, which is how a member is muted."),
    Operation.UNMUTE: _("The account's power level in the room is too low to change power levels, which is how a member is muted."),
    Operation.KICK: _("The account's power level in the room is too low to remove members (kick)."),
    Operation.BAN: _("The account's power level in the room is too low to keep members out (ban)."),
    Operation.UNBAN: _("The account's power level in the room is too low to let members in again (ban and kick)."),
}


@dataclass(frozen=True)
class Powers:
    """The power levels of a room. `creators` stand above every level."""

    content: Mapping[str, Any]
    creators: frozenset[str] = frozenset()

    @classmethod
    def read(cls, levels: Mapping[str, Any] | None, create: Mapping[str, Any] | None) -> "Powers":
        """From the two state events; a room without levels belongs to its maker."""
        made = _content(create)
        maker = str((create or {}).get("sender") or made.get("creator") or "")
        if _version(made) >= CREATORS_ABOVE:
            return cls(_content(levels), frozenset({maker, *map(str, made.get("additional_creators") or ())}))
        return cls(_content(levels) if levels else {"users": {maker: 100}, "state_default": 0})

    def of(self, user: str) -> float:
        """Somebody's level."""
        if user in self.creators:
            return math.inf
        listed = _mapping(self.content.get("users"))
        return _level(listed.get(user), _level(self.content.get("users_default"), 0))

    def to_send(self, kind: str) -> int:
        """What an event of a kind needs that is no state."""
        return _level(_mapping(self.content.get("events")).get(kind), _level(self.content.get("events_default"), 0))

    def to_set(self, kind: str) -> int:
        """What a state of a kind needs."""
        return _level(_mapping(self.content.get("events")).get(kind), _level(self.content.get("state_default"), 50))

    def to(self, right: str) -> int:
        """What one of the named rights needs."""
        return _level(self.content.get(right), DEFAULTS[right])

    def needed(self, operation: Operation) -> int:
        """What an operation needs."""
        say, kick, ban = self.to_send(MESSAGE), self.to("kick"), self.to("ban")
        needs = {
            Operation.SEND_GROUP: say,
            Operation.ANNOUNCE: max(say, self.to_set(TOPIC), self.to_set(PINNED)),
            Operation.PIN: max(say, self.to_set(PINNED)),
            Operation.DELETE_MESSAGE: max(self.to("redact"), self.to_send(REDACTION)),
            Operation.MUTE: self.to_set(POWERS),
            Operation.UNMUTE: self.to_set(POWERS),
            Operation.KICK: kick,
            Operation.BAN: ban,
            Operation.UNBAN: max(kick, ban),
        }
        return needs[operation]

    def speaks(self, user: str) -> bool:
        """Whether somebody may say something."""
        return self.of(user) >= self.to_send(MESSAGE)

    def muted(self, user: str) -> dict[str, Any]:
        """The content in which somebody may not speak; what they had before stands beside it."""
        users, kept = self._listed(), _mapping(self.content.get(MUTED))
        return {
            **self.content,
            "users": users | {user: min(QUIET, self.to_send(MESSAGE) - 1)},
            MUTED: {**kept, user: kept.get(user, users.get(user))},
        }

    def lifted(self, user: str) -> dict[str, Any]:
        """The content in which somebody has the level of before the mute: their own, or the room's default."""
        kept = dict(_mapping(self.content.get(MUTED)))
        before, users = kept.pop(user, None), self._listed()
        users.pop(user, None)
        rest = {name: value for name, value in self.content.items() if name != MUTED}
        return rest | {"users": users if before is None else users | {user: before}} | ({MUTED: kept} if kept else {})

    def _listed(self) -> dict[str, Any]:
        return {user: level for user, level in _mapping(self.content.get("users")).items() if user not in self.creators}


def _content(event: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of a state event; some servers give the content alone."""
    return dict(_mapping((event or {}).get("content", event)))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _level(value: Any, default: int) -> int:
    """Early room versions allowed levels as text."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


def _version(create: Mapping[str, Any]) -> int:
    """The room version as a number; those with names (of experiments) count as early ones."""
    return _level(create.get("room_version"), 1)
