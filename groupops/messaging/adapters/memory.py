"""The fake platform: demo, rehearsal and test double at once. A thin client, as for any other platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging import parts, pushed, signing
from groupops.messaging.adapter import (
    AccountRestricted,
    Action,
    Adapter,
    AdapterError,
    Capability,
    Check,
    ContentRejected,
    CredentialField,
    Event,
    EventKind,
    Fetched,
    Health,
    InvalidTarget,
    Level,
    LoginRequired,
    NotSupported,
    Operation,
    Outcome,
    PermissionDenied,
    Push,
    RemoteGroup,
    RemoteMember,
    Resolution,
)
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.platform import LONGEST_TEXT
from groupops.messaging.wire import Answer, Wire
from groupops.shared import clock

ERRORS: dict[str, tuple[type[AdapterError], str]] = {
    "wrong_credential": (LoginRequired, gettext_noop("The platform does not accept the credentials any more.")),
    "account_restricted": (AccountRestricted, gettext_noop("The platform has restricted the account.")),
    "forbidden": (PermissionDenied, gettext_noop("The account is not in this room, or may not speak there.")),
    "no_such_room": (InvalidTarget, gettext_noop("The room does not exist on the platform.")),
    "rejected": (ContentRejected, gettext_noop("The platform does not accept this text.")),
    "not_readable": (NotSupported, gettext_noop("The platform does not show what was sent.")),
}
KINDS = {"message": EventKind.MESSAGE, "joined": EventKind.JOINED, "left": EventKind.LEFT, "renamed": EventKind.RENAMED}


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
    def wire(self) -> Wire:
        """The connection to the platform."""
        own = self.config.get("url", "")
        base = (own or settings.FAKE_PLATFORM_URL or "http://127.0.0.1:9").rstrip("/")
        inside = base.startswith(inprocess.SCHEME)
        return Wire(
            base="http://" + base.removeprefix(inprocess.SCHEME) if inside else base,
            headers={"Authorization": f"Bearer {self.config.get('account', '')}"},
            timeout=self.timeout,
            trusted=inside or not own,
            transport=inprocess.Transport() if inside else None,
        )

    def check(self) -> Check:
        """Who am I?"""
        try:
            account = str(self._call("GET", "/api/account").field("account"))
        except LoginRequired as error:
            return Check(Health.NEEDS_LOGIN, error.message)
        except AccountRestricted as error:
            return Check(Health.RESTRICTED, error.message)
        except AdapterError as error:
            return Check(Health.DOWN, error.message)
        return Check(Health.OK, gettext_noop("The account is accepted."), account)

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """Sending, members, events."""
        return {
            Operation.SEND_GROUP: Capability(Level.NATIVE, max_chars=LONGEST_TEXT),
            Operation.MEMBERS: Capability(Level.NATIVE),
            Operation.EVENTS: Capability(Level.NATIVE),
        }

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The account's rooms."""
        return [_group(room) for room in self._call("GET", "/api/rooms").field("rooms") or ()]

    def get_group(self, group: str) -> RemoteGroup:
        """One room."""
        return _group(self._call("GET", f"/api/rooms/{_quoted(group)}").data)

    def list_members(self, group: str) -> Sequence[RemoteMember]:
        """Who is in it."""
        found = self._call("GET", f"/api/rooms/{_quoted(group)}/members").field("members") or ()
        return [RemoteMember(member["id"], member["name"]) for member in found]

    def send_group(self, action: Action) -> Outcome:
        """One message per part, each under its own key."""
        return parts.send(action, self._texts(action), say=self._say, seen=self._seen)

    def resolve(self, action: Action) -> Resolution:
        """Ask the platform for the messages under our keys."""
        return parts.resolve(action, self._texts(action), seen=self._seen)

    def fetch_events(self, cursor: str) -> Fetched:
        """What happened in the account's rooms."""
        answer = self._call("GET", "/api/events", query={"since": cursor})
        rows = answer.field("events") or ()
        events = [_event(row, self.config.get("account", "")) for row in rows if row["type"] in KINDS]
        return Fetched(events, str(answer.field("next")), more=bool(answer.field("more")))

    def parse_push(self, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """Events in our own JSON, signed (docs/reference/inbound.md); without a secret everything is refused."""
        if method != "POST":
            raise NotSupported(gettext_noop("Events are pushed with POST."), code="method")
        secrets = [secret.strip() for secret in self.config.get("push_secret", "").split(",")]
        signing.verify(secrets=secrets, headers=headers, body=body, at=clock.now())
        return Push(pushed.events(body))

    def _texts(self, action: Action) -> list[str]:
        return parts.split(action.text, limit=LONGEST_TEXT)

    def _say(self, action: Action, key: str, text: str) -> str:
        answer = self._call("POST", f"/api/rooms/{_quoted(action.group)}/messages", body={"key": key, "text": text}, acts=True)
        return str(answer.field("id") or "")

    def _seen(self, action: Action, keys: Sequence[str]) -> Mapping[str, str]:
        path = f"/api/rooms/{_quoted(action.group)}/messages"
        found = {key: self._call("GET", path, query={"key": key}).field("id") for key in keys}
        return {key: str(remote) for key, remote in found.items() if remote}

    def _call(self, method: str, path: str, **options: Any) -> Answer:
        answer = self.wire.call(method, path, **options)
        if answer.status < 400:
            return answer
        code = answer.code("error")
        error, line = ERRORS.get(code, (ContentRejected, gettext_noop("The platform refuses the request.")))
        raise error(line, code=code)


def _quoted(room: str) -> str:
    return quote(room, safe="")


def _group(room: Mapping[str, Any]) -> RemoteGroup:
    return RemoteGroup(str(room["id"]), str(room["name"]), int(room["size"]))


def _event(row: Mapping[str, Any], account: str) -> Event:
    kind, user = KINDS[row["type"]], str(row.get("user", ""))
    removed = kind == EventKind.LEFT and user == account
    by = str(row.get("by", ""))
    return Event(
        key=str(row["id"]),
        kind=EventKind.BOT_REMOVED if removed else kind,
        group=str(row["room"]),
        user=user,
        user_name=str(row["name"]) if kind != EventKind.RENAMED else "",
        occurred_at=datetime.fromisoformat(row["at"]),
        operator=by if by != user else "",
        message=str(row["id"]) if kind == EventKind.MESSAGE else "",
        text=str(row.get("text", row.get("name", "") if kind == EventKind.RENAMED else "")),
        how="" if kind != EventKind.LEFT else "left" if by in ("", user) else "kicked",
        own=user == account and not removed,
        raw=dict(row),
    )
