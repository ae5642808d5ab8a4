"""The operations of the fake platform's adapter: every one of them natively, unless a room was told to be poorer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging import parts, pushed, signing
from groupops.messaging.adapter import (
    Action,
    Adapter,
    Capability,
    Check,
    CredentialField,
    Event,
    EventKind,
    Fetched,
    Found,
    Level,
    NotSupported,
    Operation,
    Outcome,
    Push,
    RemoteGroup,
    RemoteMember,
    Resolution,
    Result,
    standing,
)
from groupops.messaging.adapters.memory import looking
from groupops.messaging.adapters.memory.calls import Calls
from groupops.messaging.fake_platform.platform import LONGEST_TEXT
from groupops.shared import clock

NATIVE, WORDS = Capability(Level.NATIVE), Capability(Level.NATIVE, max_chars=LONGEST_TEXT)
CAN: dict[Operation, Capability] = {
    Operation.SEND_GROUP: WORDS,
    Operation.SEND_DIRECT: WORDS,
    Operation.ANNOUNCE: WORDS,
    Operation.PIN: WORDS,
    Operation.MUTE: Capability(Level.NATIVE, timed=True),
    **dict.fromkeys((Operation.DELETE_MESSAGE, Operation.UNMUTE, Operation.KICK, Operation.BAN, Operation.UNBAN), NATIVE),
    Operation.MEMBERS: NATIVE,
    Operation.EVENTS: NATIVE,
}
# What the platform calls them; what has no name of its own every account can do.
VERBS: dict[Operation, str] = {
    Operation.SEND_DIRECT: "whisper",
    Operation.ANNOUNCE: "announce",
    Operation.PIN: "pin",
    Operation.DELETE_MESSAGE: "recall",
    Operation.MUTE: "mute",
    Operation.UNMUTE: "unmute",
    Operation.KICK: "kick",
    Operation.BAN: "ban",
    Operation.UNBAN: "unban",
}
NOT_OFFERED = gettext_noop("The platform does not offer this in this room.")
NO_RIGHT = gettext_noop("The account has no right to do this in this room.")
ENDLESS = gettext_noop("A mute has no end of its own in this room.")


class Memory(Adapter):
    """Rooms on the fake platform. Its address comes from the environment, or from the connection."""

    kind = "memory"
    label = gettext_lazy("Fake platform")
    about = gettext_lazy("A chat on this machine, to try everything out. Nobody outside sees it.")
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField("account", gettext_lazy("Account"), help=gettext_lazy("Any name; it is its own password here.")),
        CredentialField(
            "url", gettext_lazy("Address"), required=False, help=gettext_lazy("Empty: the fake platform of this installation.")
        ),
        CredentialField(
            "push_secret",
            gettext_lazy("Signing secret"),
            secret=True,
            required=False,
            help=gettext_lazy("For events that are pushed to the door; several, separated by commas, while it is being changed."),
        ),
    )
    polls = True
    pushes = True

    @classmethod
    def offered(cls) -> bool:
        """Only where a fake platform runs."""
        return bool(settings.FAKE_PLATFORM_URL)

    @property
    def calls(self) -> Calls:
        """Requests to the platform."""
        return Calls(self.config, self.timeout)

    # --- looking ---------------------------------------------------------------------------------------------------------
    def check(self) -> Check:
        """Who am I?"""
        return standing(lambda: str(self.calls.get("account").field("account")))

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """Everything; in a room what it offers, and what the account may do there."""
        if group is None:
            return CAN
        room = self.calls.get("rooms", group)
        without, may = room.field("without") or (), room.field("may") or ()
        return {operation: _there(operation, own, without, may) for operation, own in CAN.items()}

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The account's rooms."""
        return [_group(room) for room in self.calls.get("rooms").field("rooms") or ()]

    def get_group(self, group: str) -> RemoteGroup:
        """One room."""
        return _group(self.calls.get("rooms", group).data)

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Who is in it."""
        found = self.calls.get("rooms", group, "members").field("members") or ()
        return [RemoteMember(member["id"], member["name"]) for member in found]

    # --- acting ----------------------------------------------------------------------------------------------------------
    def send_group(self, action: Action) -> Outcome:
        """One message per part, each under its own key."""
        return parts.send(action, _texts(action), say=self._say, seen=self._seen)

    def send_direct(self, action: Action) -> Outcome:
        """Likewise, to one member of the room."""
        return parts.send(action, _texts(action), say=self._whisper, seen=self._seen)

    def _act(self, action: Action) -> Outcome:
        """Under our key. A retry looks first: no platform's own memory for keys lasts for ever."""
        if action.since is not None and (there := self.resolve(action)).found == Found.SENT:
            return Outcome(Result.DONE, there.remote_ids)
        until = action.until.isoformat() if action.until else ""
        about = {"user": action.user, "message": action.message, "text": action.text, "until": until}
        return Outcome(Result.DONE, (self.calls.act("rooms", action.group, VERBS[action.operation], key=action.key, **about),))

    set_announcement = pin_message = delete_message = mute = unmute = kick = ban = unban = _act

    def resolve(self, action: Action) -> Resolution:
        """Look for our key, else at what is so now."""
        if action.operation in (Operation.SEND_GROUP, Operation.SEND_DIRECT):
            return parts.resolve(action, _texts(action), seen=self._seen)
        return looking.resolve(self.calls, action)

    def _say(self, action: Action, key: str, text: str) -> str:
        return self.calls.act("rooms", action.group, "messages", key=key, text=text)

    def _whisper(self, action: Action, key: str, text: str) -> str:
        return self.calls.act("rooms", action.group, "whisper", key=key, text=text, user=action.user)

    def _seen(self, action: Action, keys: Sequence[str]) -> Mapping[str, str]:
        return looking.keyed(self.calls, action.group, keys)

    # --- hearing ---------------------------------------------------------------------------------------------------------
    def fetch_events(self, cursor: str) -> Fetched:
        """What happened in the account's rooms."""
        answer = self.calls.get("events", since=cursor)
        return Fetched([_event(row) for row in answer.field("events") or ()], str(answer.field("next")), more=bool(answer.field("more")))

    def parse_push(self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """Events in our own JSON, signed (docs/reference/inbound.md); without a secret everything is refused."""
        if method != "POST":
            raise NotSupported(gettext_noop("Events are pushed with POST."), code="method")
        secrets = [secret.strip() for secret in self.config.get("push_secret", "").split(",")]
        signing.verify(secrets=secrets, headers=headers, body=body, at=clock.now())
        return Push(pushed.events(body))


def _texts(action: Action) -> list[str]:
    return parts.split(action.text, limit=LONGEST_TEXT)


def _there(operation: Operation, own: Capability, without: Sequence[str], may: Sequence[str]) -> Capability:
    verb = VERBS.get(operation)
    if verb in without:
        return Capability(Level.NONE, why=NOT_OFFERED)
    if verb is not None and verb not in may:
        return Capability(Level.NONE, why=NO_RIGHT)
    if operation == Operation.MUTE and "timed_mute" in without:
        return replace(own, level=Level.EMULATED, timed=False, why=ENDLESS)
    return own


def _group(room: Mapping[str, Any]) -> RemoteGroup:
    return RemoteGroup(str(room["id"]), str(room["name"]), int(room["size"]))


def _event(row: Mapping[str, Any]) -> Event:
    """The same JSON that is pushed."""
    values = {"user": ""} | {name: value for name, value in row.items() if name not in {"kind", "at"}}
    return Event(kind=EventKind(row["kind"]), occurred_at=datetime.fromisoformat(row["at"]), raw=dict(row), **values)
