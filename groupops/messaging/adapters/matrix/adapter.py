"""The operations of the Matrix adapter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging import parts
from groupops.messaging.adapter import (
    ACTS,
    Action,
    Adapter,
    AdapterError,
    Capability,
    Check,
    ContentRejected,
    CredentialField,
    Fetched,
    Found,
    InvalidTarget,
    Level,
    LoginRequired,
    Operation,
    Outcome,
    PermissionDenied,
    RateHint,
    RemoteGroup,
    RemoteMember,
    Resolution,
    standing,
)
from groupops.messaging.adapters.matrix import direct, members, mutes, pins, redacting, timeline
from groupops.messaging.adapters.matrix.client import Client, localpart, quoted
from groupops.messaging.adapters.matrix.powers import MISSING
from groupops.messaging.adapters.matrix.room import Room
from groupops.messaging.adapters.matrix.timeline import rooms_only
from groupops.messaging.wire import Wire

# An event may have 65,536 bytes with everything around the text (signatures, hashes, references to earlier events).
LONGEST_TEXT = 48_000  # bytes, as JSON
ENCRYPTED = gettext_noop("The room is encrypted end to end: what its members say cannot be read here.")
BY_POWERS = gettext_noop("By power levels; the end is set from here.")
OWN_ONLY = gettext_noop("Only our own messages: the account's power level is too low for those of others.")
DEVICE = "GROUPOPS"  # always the same: a homeserver forgets the transaction ids of other devices
# Synapse's rc_message (burst 10, 0.2 a second) as a window: ten in the fifty seconds that it takes to allow ten more.
SYNAPSE = gettext_noop("Synapse's default (rc_message): 10 at once, then one every 5 seconds. Yours may allow more.")
CAPABILITIES: Mapping[Operation, Capability] = {
    Operation.SEND_GROUP: Capability(Level.NATIVE, max_bytes=LONGEST_TEXT),
    Operation.SEND_DIRECT: Capability(Level.NATIVE, max_bytes=LONGEST_TEXT),
    Operation.ANNOUNCE: Capability(Level.NATIVE, max_bytes=LONGEST_TEXT),
    Operation.PIN: Capability(Level.NATIVE, max_bytes=LONGEST_TEXT),
    Operation.DELETE_MESSAGE: Capability(Level.NATIVE),
    Operation.MUTE: Capability(Level.EMULATED, why=BY_POWERS),
    Operation.UNMUTE: Capability(Level.EMULATED, why=BY_POWERS),
    Operation.KICK: Capability(Level.NATIVE),
    Operation.BAN: Capability(Level.NATIVE),
    Operation.UNBAN: Capability(Level.NATIVE),
    Operation.MEMBERS: Capability(Level.NATIVE),
    Operation.EVENTS: Capability(Level.NATIVE),
}
LOOKING: Mapping[Operation, Callable[[Room, Action], Resolution]] = {
    Operation.ANNOUNCE: pins.resolve,
    Operation.PIN: pins.resolve,
    Operation.DELETE_MESSAGE: redacting.resolve,
    Operation.MUTE: mutes.resolve,
    Operation.UNMUTE: mutes.resolve,
    Operation.KICK: members.resolve,
    Operation.BAN: members.resolve,
    Operation.UNBAN: members.resolve,
}


class Matrix(Adapter):
    """Rooms of one account on one homeserver."""

    kind = "matrix"
    label = gettext_lazy("Matrix")
    about = gettext_lazy("Rooms on a Matrix homeserver: sends and listens by itself. Bridges lead to other networks.")
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField("homeserver", gettext_lazy("Homeserver"), help=gettext_lazy("Its address, e.g. https://matrix.example.org")),
        CredentialField("user", gettext_lazy("User id"), help=gettext_lazy("e.g. @operations:example.org")),
        CredentialField(
            "password", gettext_lazy("Password"), secret=True, required=False, help=gettext_lazy("Used once to log in; never kept.")
        ),
        CredentialField("token", gettext_lazy("Access token"), secret=True, required=False, help=gettext_lazy("Instead of the password.")),
    )
    polls = True
    rates: ClassVar[tuple[RateHint, ...]] = (RateHint(times=10, seconds=50, source=SYNAPSE),)
    # Power levels and pinned messages are one list each, read and written whole: of two at once the later would undo the first.
    alone: ClassVar[frozenset[Operation]] = frozenset({Operation.MUTE, Operation.UNMUTE, Operation.ANNOUNCE, Operation.PIN})

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Log in where a password was given, whatever token is there already; the password is not kept."""
        kept = {name: typed.get(name, "").strip() for name in ("homeserver", "user", "token")}
        kept["homeserver"] = address(kept["homeserver"])
        if not kept["token"] and not typed.get("password"):
            raise ContentRejected(gettext_noop("Give the password, or an access token."), code="password")
        if typed.get("password"):
            kept["token"] = cls._login(kept | {"token": ""}, typed["password"])
        kept["user"] = cls(kept).client.whoami()
        return kept

    @classmethod
    def _login(cls, kept: Mapping[str, str], password: str) -> str:
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": kept["user"]},
            "password": password,
            "device_id": DEVICE,
            "initial_device_display_name": "GroupOps",
        }
        try:
            return str(cls(kept).client.call("POST", "/login", body=body)["access_token"])
        except PermissionDenied as error:
            raise LoginRequired(gettext_noop("The homeserver does not accept this user id and password."), code=error.code) from None

    @property
    def client(self) -> Client:
        """Calls as this account."""
        token = self.config.get("token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Client(Wire(self.config.get("homeserver", ""), headers, timeout=self.timeout))

    def check(self) -> Check:
        """Who am I?"""
        return standing(self.client.whoami)

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """Everything; in a room what the account's power level allows there."""
        if group is None:
            return CAPABILITIES
        room = self._room(group)
        powers = room.powers()
        lacks = {operation: room.lack(operation, powers) for operation in MISSING}
        denied = {operation: Capability(Level.NONE, why=lack.message) for operation, lack in lacks.items() if lack}
        if Operation.DELETE_MESSAGE in denied:
            denied[Operation.DELETE_MESSAGE] = replace(CAPABILITIES[Operation.DELETE_MESSAGE], own_only=True, why=OWN_ONLY)
        return {**CAPABILITIES, **denied}

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The rooms the account is in, then those it is invited to; one call for all."""
        rooms = self.client.sync("", rooms_only()).get("rooms") or {}
        joined = [_told(room, part) for room, part in (rooms.get("join") or {}).items()]
        invited = [
            RemoteGroup(room, _state(part, "invite_state", "m.room.name", "name") or room, invited=True)
            for room, part in (rooms.get("invite") or {}).items()
        ]
        return [*joined, *invited]

    def get_group(self, group: str) -> RemoteGroup:
        """A room the account is in: its name, its size, and whether it can be read."""
        rooms = self.client.sync("", rooms_only(group)).get("rooms") or {}
        part = (rooms.get("join") or {}).get(group)
        if part is None:
            raise InvalidTarget(gettext_noop("The account is not in this room."))
        return _told(group, part)

    def enter(self, group: str) -> None:
        """Accept an invitation."""
        self.client.call("POST", f"/join/{quoted(group)}", body={})

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Who is in the room."""
        found = self.client.call("GET", f"/rooms/{quoted(group)}/joined_members").get("joined") or {}
        return [RemoteMember(user, str((profile or {}).get("display_name") or localpart(user))) for user, profile in found.items()]

    def perform(self, action: Action) -> Outcome:
        """Carry it out; a refusal by the homeserver is told with the right that is missing."""
        try:
            return super().perform(action)
        except PermissionDenied as error:
            raise self._named(action, error) from None

    def send_group(self, action: Action) -> Outcome:
        """One m.room.message per part; the key is the transaction id, and stands in the content."""
        return _say(self._room(action.group), action)

    def send_direct(self, action: Action) -> Outcome:
        """The same in the room of two, which is made where there is none."""
        return _say(direct.open_room(self._room(action.group), action), action)

    def set_announcement(self, action: Action) -> Outcome:
        """The room's topic, and a pinned message."""
        pins.fitting(action, LONGEST_TEXT, parts.json_bytes)
        return pins.announce(self._room(action.group), action)

    def pin_message(self, action: Action) -> Outcome:
        """m.room.pinned_events."""
        pins.fitting(action, LONGEST_TEXT, parts.json_bytes)
        return pins.pin(self._room(action.group), action)

    def delete_message(self, action: Action) -> Outcome:
        """A redaction."""
        return redacting.redact(self._room(action.group), action)

    def mute(self, action: Action) -> Outcome:
        """A power level too low to speak."""
        return mutes.change(self._room(action.group), replace(action, operation=Operation.MUTE))

    def unmute(self, action: Action) -> Outcome:
        """The level of before."""
        return mutes.change(self._room(action.group), replace(action, operation=Operation.UNMUTE))

    def kick(self, action: Action) -> Outcome:
        """Membership leave."""
        return members.change(self._room(action.group), replace(action, operation=Operation.KICK))

    def ban(self, action: Action) -> Outcome:
        """Membership ban."""
        return members.change(self._room(action.group), replace(action, operation=Operation.BAN))

    def unban(self, action: Action) -> Outcome:
        """Membership leave, for somebody who is banned."""
        return members.change(self._room(action.group), replace(action, operation=Operation.UNBAN))

    def resolve(self, action: Action) -> Resolution:
        """Look at the room's state for what the act changes, and through its history for our keys."""
        room: Room | None = self._room(action.group)
        if action.operation == Operation.SEND_DIRECT:
            room = direct.find(self._room(action.group), action.user)
        if room is None or action.operation not in ACTS:
            return Resolution(Found.NOT_SENT)
        if action.operation in LOOKING:
            return LOOKING[action.operation](room, action)
        return parts.resolve(action, _texts(action), seen=room.seen)

    def fetch_events(self, cursor: str) -> Fetched:
        """What happened in the account's rooms."""
        return timeline.fetch(self.client, self.config.get("user", ""), cursor)

    def _room(self, group: str) -> Room:
        return Room(self.client, self.config.get("user", ""), group)

    def _named(self, action: Action, error: PermissionDenied) -> PermissionDenied:
        room = self._room(action.group)
        try:
            return room.lack(action.operation, room.powers(), error.code or "M_FORBIDDEN") or error
        except AdapterError:  # not even a look: we are not in the room
            return error


def address(typed: str) -> str:
    """A homeserver's address as a person typed it. Raises ContentRejected."""
    if urlsplit(typed).scheme not in {"http", "https"}:
        raise ContentRejected(gettext_noop("The homeserver's address must begin with https://."), code="homeserver")
    return typed.rstrip("/")


def _told(room: str, part: Mapping[str, Any]) -> RemoteGroup:
    summary = part.get("summary") or {}
    people = ", ".join(localpart(str(user)) for user in summary.get("m.heroes") or ())  # how a room without a name is called
    name = _state(part, "state", "m.room.name", "name") or _state(part, "state", "m.room.canonical_alias", "alias") or people or room
    doubt = ENCRYPTED if _state(part, "state", "m.room.encryption", "algorithm") else ""
    return RemoteGroup(room, name, summary.get("m.joined_member_count"), doubt=doubt)


def _say(room: Room, action: Action) -> Outcome:
    return parts.send(action, _texts(action), say=lambda _action, key, text: room.say(key, text), seen=room.seen)


def _texts(action: Action) -> list[str]:
    return parts.split(action.text, limit=LONGEST_TEXT, size=parts.json_bytes)


def _state(part: Mapping[str, Any], place: str, kind: str, field: str) -> str:
    """A field of a state event that came with a room; empty where it has none."""
    events = (part.get(place) or {}).get("events") or ()
    values = [(event.get("content") or {}).get(field) for event in events if event.get("type") == kind]
    return str(next(filter(None, values), ""))
