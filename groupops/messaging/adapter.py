"""What a platform must do. Plain dataclasses and errors; adapters are synchronous and know no models.

Source: design of the adapter, docs/explanation/messaging.md. An outcome is never a boolean: a failure is an exception that
says whether the message certainly never left, and what to do next.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise


class Operation(StrEnum):
    """What may be asked of a platform."""

    SEND_GROUP = "send_group"
    SEND_DIRECT = "send_direct"
    DELETE_MESSAGE = "delete_message"
    MUTE = "mute"
    UNMUTE = "unmute"
    KICK = "kick"
    ANNOUNCE = "set_announcement"
    MEMBERS = "list_members"
    EVENTS = "fetch_events"


class Level(StrEnum):
    """How well, from best to worst; of several the weakest wins."""

    NATIVE = "native"
    EMULATED = "emulated"
    PLATFORM_CONFIRM = "platform_confirm"
    ASSISTED = "assisted"
    NONE = "none"


@dataclass(frozen=True)
class Capability:
    """One operation: its level, its limits, and a sentence for the operator where it is less than native."""

    level: Level
    max_bytes: int | None = None
    max_chars: int | None = None
    why: str = ""


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


class Result(StrEnum):
    """How an action ended when it did not raise."""

    DONE = "done"
    ACCEPTED = "accepted"  # a person must confirm on the platform
    NEEDS_OPERATOR = "needs_operator"  # an assisted task was made


@dataclass(frozen=True)
class Outcome:
    """The result and, per part, the remote id that proves it."""

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
    user: str = ""
    deadline: float = 10.0  # seconds the call may take
    # When the first attempt began. Set for `resolve`, and for a send that is not the first: it looks before it repeats itself.
    since: datetime | None = None


class EventKind(StrEnum):
    """What can happen in a room."""

    MESSAGE = "message.created"
    MESSAGE_DELETED = "message.deleted"
    JOINED = "member.joined"
    LEFT = "member.left"
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


class AdapterError(Exception):
    """A failure with a message that is safe to show: no secrets, no response bodies."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code  # the platform's own


class NotSupported(AdapterError):
    """The platform cannot; lower the learned capability."""


class InvalidTarget(AdapterError):
    """The room or person is not there; flag the binding."""


class AlreadyDone(AdapterError):
    """Success, after looking."""


class PermissionDenied(AdapterError):
    """The account lacks a right; the message names it."""


class ContentRejected(AdapterError):
    """Back to the author."""


class RateLimited(AdapterError):
    """Too fast: certainly not sent. `after` seconds until the next try; workers never sleep."""

    def __init__(self, message: str, *, after: float = 0, code: str = "") -> None:
        super().__init__(message, code=code)
        self.after = after


class LoginRequired(AdapterError):
    """The credential is no longer accepted; tell a person outside the chat."""


class AccountRestricted(AdapterError):
    """The platform punishes the account; no automatic retry."""


class Unavailable(AdapterError):
    """The request certainly never left, or was certainly not executed; retry with backoff."""


class OutcomeUnknown(AdapterError):
    """It may or may not have happened (read timeout, reset after sending, 502, 504); look, else ask a person."""


class Forged(AdapterError):
    """A pushed request whose signature is missing or wrong."""


@dataclass(frozen=True)
class CredentialField:
    """One field of the form that makes a connection. Secret ones are write-only."""

    name: str
    label: str | Promise
    secret: bool = False
    required: bool = True
    help: str | Promise = ""


class Adapter(ABC):
    """A platform. Built from the connection's address and credentials; holds no state between calls."""

    do_not_call_in_templates: ClassVar[bool] = True  # a template that is handed the class would make an instance of it
    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    about: ClassVar[str | Promise] = ""  # a sentence for the person who chooses a platform
    fields: ClassVar[tuple[CredentialField, ...]] = ()
    # Events come by fetch_events; otherwise they are pushed to the door.
    polls: ClassVar[bool] = False

    def __init__(self, config: Mapping[str, str], *, timeout: float = 10.0) -> None:
        self.config = config
        self.timeout = timeout

    @classmethod
    def offered(cls) -> bool:
        """Whether this installation offers the platform when a connection is made."""
        return True

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """What is kept of what a person typed: a token instead of a password, say. Raises AdapterError, with the reason for the form."""
        return dict(typed)

    @abstractmethod
    def check(self) -> Check:
        """Whether the account works now. Never raises for a platform's failure: that is an answer."""

    @abstractmethod
    def capabilities(self) -> Mapping[Operation, Capability]:
        """What this kind of platform can do. Operations that are absent count as NONE."""

    @abstractmethod
    def get_group(self, group: str) -> RemoteGroup:
        """A room by its remote id. Raises InvalidTarget."""

    @abstractmethod
    def send_group(self, action: Action) -> Outcome:
        """Say `action.text` in `action.group`, once per `action.key` as far as the platform allows."""

    def resolve(self, action: Action) -> Resolution:
        """After an unknown outcome: look on the platform whether the action happened."""
        return Resolution(Found.CANNOT_TELL)

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The rooms this account is in. Raises NotSupported."""
        raise NotSupported("This platform does not list its groups.")

    def enter(self, group: str) -> None:
        """Come into a room the account was invited to. Raises NotSupported."""
        raise NotSupported("This platform has no invitations.")

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Who is in the room now. Raises NotSupported."""
        raise NotSupported("This platform does not list members.")

    def fetch_events(self, cursor: str) -> Fetched:
        """Events since `cursor`; an empty cursor starts at the present. Raises NotSupported."""
        raise NotSupported("This platform pushes its events.")

    def parse_push(self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """Understand a pushed request. Raises Forged when its signature is missing or wrong, ContentRejected when it is nonsense."""
        raise NotSupported("This platform pushes nothing.")
