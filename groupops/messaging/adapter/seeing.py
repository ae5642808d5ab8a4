"""What a platform shows: the state of an account, rooms, people in them, and what happens there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Health(StrEnum):
    """What `check` found."""

    OK = "ok"
    DEGRADED = "degraded"
    NEEDS_LOGIN = "needs_login"
    RESTRICTED = "restricted"
    DOWN = "down"


@dataclass(frozen=True)
class Check:
    """The state of an account, with a line the operator understands."""

    health: Health
    line: str
    account: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)  # what has changed of what the connection keeps besides what was typed


@dataclass(frozen=True)
class RemoteGroup:
    """A room as the platform sees it. Remote ids are text."""

    id: str
    name: str
    size: int | None = None
    invited: bool = False  # the account may come in but has not yet: `enter`
    doubt: str = ""  # why the room does not serve well, for the operator


@dataclass(frozen=True)
class RemoteMember:
    """Somebody in a room."""

    id: str
    name: str


class EventKind(StrEnum):
    """What can happen in a room."""

    MESSAGE = "message.created"
    MESSAGE_DELETED = "message.deleted"
    JOINED = "member.joined"
    LEFT = "member.left"
    PRESENT = "member.present"  # a look at the list of members found them; nobody told us of a join
    MUTED = "member.muted"
    RENAMED = "group.renamed"
    ANNOUNCED = "group.announced"
    DISSOLVED = "group.dissolved"
    JOIN_REQUESTED = "join.requested"
    BOT_REMOVED = "bot.removed"
    ACCOUNT = "account.status"


@dataclass(frozen=True)
class Event:
    """Something that happened. `key` is unique per connection, composed by the adapter where the platform gives none."""

    key: str
    kind: EventKind
    group: str
    user: str
    occurred_at: datetime
    user_name: str = ""
    operator: str = ""  # who did it to `user`, e.g. who removed them
    message: str = ""  # remote id of the message
    text: str = ""
    reply_to: str = ""  # remote id of the message that it answers; stays in the raw event
    how: str = ""  # left | kicked | unknown, for member.left
    own: bool = False  # our own echo: stored, never counted
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fetched:
    """Events since a cursor, oldest first, and the cursor to continue with. `more` asks to be called again at once."""

    events: Sequence[Event]
    cursor: str
    more: bool = False


@dataclass(frozen=True)
class Push:
    """A pushed request, understood: its events and the answer the platform expects."""

    events: Sequence[Event]
    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
