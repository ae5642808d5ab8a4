"""The operations of the Matrix adapter."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging import parts
from groupops.messaging.adapter import (
    AccountRestricted,
    Action,
    Adapter,
    AdapterError,
    Capability,
    Check,
    ContentRejected,
    CredentialField,
    Fetched,
    Health,
    InvalidTarget,
    Level,
    LoginRequired,
    Operation,
    Outcome,
    PermissionDenied,
    RemoteGroup,
    RemoteMember,
    Resolution,
    Unavailable,
)
from groupops.messaging.adapters.matrix import timeline
from groupops.messaging.adapters.matrix.client import Client, localpart, quoted
from groupops.messaging.adapters.matrix.timeline import rooms_only
from groupops.messaging.wire import Wire

# An event may have 65,536 bytes with everything around the text (signatures, hashes, references to earlier events).
LONGEST_TEXT = 48_000  # bytes, as JSON
CLOCKS = timedelta(minutes=10)  # how far the homeserver's clock and ours may be apart
LOOK_BACK_PAGES = 30  # events of a busy room to look through before saying "cannot tell"
ENCRYPTED = gettext_noop("The room is encrypted end to end: what its members say cannot be read here.")
DEVICE = "GROUPOPS"  # always the same: a homeserver forgets the transaction ids of other devices


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

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Log in where a password was given, whatever token is there already; the password is not kept."""
        kept = {name: typed.get(name, "").strip() for name in ("homeserver", "user", "token")}
        kept["homeserver"] = kept["homeserver"].rstrip("/")
        if urlsplit(kept["homeserver"]).scheme not in {"http", "https"}:
            raise ContentRejected(gettext_noop("The homeserver's address must begin with https://."), code="homeserver")
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
        try:
            account = self.client.whoami()
        except LoginRequired as error:
            return Check(Health.NEEDS_LOGIN, error.message)
        except AccountRestricted as error:
            return Check(Health.RESTRICTED, error.message)
        except AdapterError as error:
            return Check(Health.DOWN, error.message)
        return Check(Health.OK, gettext_noop("The account is accepted."), account)

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """What this adapter does so far."""
        return {
            Operation.SEND_GROUP: Capability(Level.NATIVE, max_bytes=LONGEST_TEXT),
            Operation.MEMBERS: Capability(Level.NATIVE),
            Operation.EVENTS: Capability(Level.NATIVE),
        }

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The rooms the account is in, then those it is invited to; one call for all."""
        rooms = self.client.sync("", rooms_only()).get("rooms") or {}
        joined = [self._room(room, part) for room, part in (rooms.get("join") or {}).items()]
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
        return self._room(group, part)

    def _room(self, room: str, part: Mapping[str, Any]) -> RemoteGroup:
        summary = part.get("summary") or {}
        people = ", ".join(localpart(str(user)) for user in summary.get("m.heroes") or ())  # how a room without a name is called
        name = _state(part, "state", "m.room.name", "name") or _state(part, "state", "m.room.canonical_alias", "alias") or people or room
        doubt = ENCRYPTED if _state(part, "state", "m.room.encryption", "algorithm") else ""
        return RemoteGroup(room, name, summary.get("m.joined_member_count"), doubt=doubt)

    def enter(self, group: str) -> None:
        """Accept an invitation."""
        self.client.call("POST", f"/join/{quoted(group)}", body={})

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Who is in the room."""
        found = self.client.call("GET", f"/rooms/{quoted(group)}/joined_members").get("joined") or {}
        return [RemoteMember(user, str((profile or {}).get("display_name") or localpart(user))) for user, profile in found.items()]

    def send_group(self, action: Action) -> Outcome:
        """One m.room.message per part; the key is the transaction id, and stands in the content."""
        return parts.send(action, _texts(action), say=self._say, seen=self._seen)

    def resolve(self, action: Action) -> Resolution:
        """Look through the room's history for our keys, back to when the first attempt began."""
        return parts.resolve(action, _texts(action), seen=self._seen)

    def fetch_events(self, cursor: str) -> Fetched:
        """What happened in the account's rooms."""
        return timeline.fetch(self.client, self.config.get("user", ""), cursor)

    def _say(self, action: Action, key: str, text: str) -> str:
        content = {"msgtype": "m.text", "body": text, timeline.KEY: key}
        path = f"/rooms/{quoted(action.group)}/send/m.room.message/{quoted(key)}"
        return str(self.client.call("PUT", path, body=content, acts=True).get("event_id", ""))

    def _seen(self, action: Action, keys: Sequence[str]) -> dict[str, str]:
        """Which of the keys are in the room; raises Unavailable when the history is too long to look through."""
        oldest = (action.since - CLOCKS).timestamp() * 1000 if action.since else 0
        wanted, found = set(keys), {}
        for number, page in enumerate(self.client.pages(action.group, direction="b"), 1):
            chunk = page.get("chunk") or ()
            found.update({key: event["event_id"] for event in chunk if (key := self._key(event)) in wanted})
            if len(found) == len(wanted) or (chunk and int(chunk[-1].get("origin_server_ts", 0)) < oldest):
                return found
            if number == LOOK_BACK_PAGES:
                raise Unavailable(gettext_noop("The room's history is too long to look through."))
        return found

    def _key(self, event: Mapping[str, Any]) -> str:
        """Our key in one of our own events: others may copy the field, not the sender."""
        content = event.get("content")
        ours = event.get("sender") == self.config.get("user") and isinstance(content, dict)
        return str(content.get(timeline.KEY, "")) if ours and content else ""


def _texts(action: Action) -> list[str]:
    return parts.split(action.text, limit=LONGEST_TEXT, size=parts.json_bytes)


def _state(part: Mapping[str, Any], place: str, kind: str, field: str) -> str:
    """A field of a state event that came with a room; empty where it has none."""
    events = (part.get(place) or {}).get("events") or ()
    values = [(event.get("content") or {}).get(field) for event in events if event.get("type") == kind]
    return str(next(filter(None, values), ""))
