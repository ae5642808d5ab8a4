"""The class every platform derives from. Synchronous; it knows no models."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter.doing import ACTS, Action, Capability, Found, Operation, Outcome, RateHint, Resolution
from groupops.messaging.adapter.errors import NotSupported
from groupops.messaging.adapter.seeing import Check, Fetched, Push, RemoteGroup, RemoteMember


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
    # The platform can push events to the connection's door (parse_push).
    pushes: ClassVar[bool] = False
    # The platform's limits as its documents give them: what a new connection starts with.
    rates: ClassVar[tuple[RateHint, ...]] = ()
    # Its rooms are of sandboxes: nobody real is in them, and only a sandbox's group may be one of them.
    pretends: ClassVar[bool] = False
    # Acts of which never two are under way in one room: they write a list of the room back whole.
    alone: ClassVar[frozenset[Operation]] = frozenset()

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
    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """What this kind of platform can do, without asking it; with `group` what the live account may do there, which may call.

        Operations that are absent count as NONE. Raises AdapterError only with `group`.
        """

    @abstractmethod
    def get_group(self, group: str) -> RemoteGroup:
        """A room by its remote id. Raises InvalidTarget."""

    @abstractmethod
    def send_group(self, action: Action) -> Outcome:
        """Say `action.text` in `action.group`, once per `action.key` as far as the platform allows."""

    def perform(self, action: Action) -> Outcome:
        """Carry out `action.operation`: the method of its name."""
        if action.operation not in ACTS:
            raise NotSupported(_("This is nothing that is carried out."))
        outcome: Outcome = getattr(self, action.operation.value)(action)
        return outcome

    def send_direct(self, action: Action) -> Outcome:
        """Say `action.text` to `action.user` alone. Raises NotSupported."""
        raise NotSupported(_("This platform has no private messages that we could send."))

    def set_announcement(self, action: Action) -> Outcome:
        """Make `action.text` the group's announcement. Raises NotSupported."""
        raise NotSupported(_("This platform has no announcements that we could set."))

    def pin_message(self, action: Action) -> Outcome:
        """Say `action.text` and pin it, or pin `action.message`. Raises NotSupported."""
        raise NotSupported(_("This platform pins nothing."))

    def delete_message(self, action: Action) -> Outcome:
        """Take `action.message` away for everybody. Raises NotSupported, AlreadyDone."""
        raise NotSupported(_("This platform does not let us recall messages."))

    def mute(self, action: Action) -> Outcome:
        """`action.user` may not speak, until `action.until` where the capability is timed. Raises NotSupported, AlreadyDone."""
        raise NotSupported(_("This platform cannot mute."))

    def unmute(self, action: Action) -> Outcome:
        """`action.user` may speak again. Raises NotSupported, AlreadyDone."""
        raise NotSupported(_("This platform cannot mute."))

    def kick(self, action: Action) -> Outcome:
        """Remove `action.user`; `action.text` is the reason they may read. Raises NotSupported, AlreadyDone."""
        raise NotSupported(_("This platform does not let us remove members."))

    def ban(self, action: Action) -> Outcome:
        """Remove `action.user` and keep them out. Raises NotSupported, AlreadyDone."""
        raise NotSupported(_("This platform does not let us keep members out."))

    def unban(self, action: Action) -> Outcome:
        """`action.user` may come back. Raises NotSupported, AlreadyDone."""
        raise NotSupported(_("This platform does not let us keep members out."))

    def resolve(self, action: Action) -> Resolution:
        """After an unknown outcome: look on the platform whether the action (any operation) happened."""
        return Resolution(Found.CANNOT_TELL)

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The rooms this account is in. Raises NotSupported."""
        raise NotSupported(_("This platform does not list its groups."))

    def enter(self, group: str) -> None:
        """Come into a room the account was invited to. Raises NotSupported."""
        raise NotSupported(_("This platform has no invitations."))

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Who is in the room now. Raises NotSupported."""
        raise NotSupported(_("This platform does not list members."))

    def fetch_events(self, cursor: str) -> Fetched:
        """Events since `cursor`; an empty cursor starts at the present. Raises NotSupported."""
        raise NotSupported(_("This platform pushes its events."))

    def parse_push(self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """Understand a pushed request. Raises Forged when its signature is missing or wrong, ContentRejected when it is nonsense."""
        raise NotSupported(_("This platform pushes nothing."))

    def parse_push_below(self, path: str, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """`parse_push` for a platform that adds paths of its own to the door's address: `path` is what stands behind it."""
        raise NotSupported(_("This platform pushes nothing."))
