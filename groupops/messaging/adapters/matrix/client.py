"""One homeserver: the calls of the client-server API that we use, and what its errors mean."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import AccountRestricted, AdapterError, ContentRejected, InvalidTarget, LoginRequired, PermissionDenied
from groupops.messaging.wire import Answer, Wire

API = "/_matrix/client/v3"
PAGE = 100  # events of one page of a room's history
_DEACTIVATED = (AccountRestricted, _("The homeserver has closed, locked or suspended the account."))
_LOGIN = (LoginRequired, _("The homeserver does not accept the access token any more."))
ERRORS: dict[str, tuple[type[AdapterError], str]] = {
    "M_UNKNOWN_TOKEN": _LOGIN,
    "M_MISSING_TOKEN": _LOGIN,
    "M_FORBIDDEN": (PermissionDenied, _("The account is not in this room, or its power level is too low for this.")),
    "M_NOT_FOUND": (InvalidTarget, _("The room does not exist on the homeserver.")),
    "M_INVALID_PARAM": (InvalidTarget, _("The homeserver does not know this room id.")),
    "M_USER_DEACTIVATED": _DEACTIVATED,
    "M_USER_LOCKED": _DEACTIVATED,
    "M_USER_SUSPENDED": _DEACTIVATED,
    "M_TOO_LARGE": (ContentRejected, _("The text is too long for the homeserver.")),
}


@dataclass(frozen=True)
class Client:
    """Calls as one account."""

    wire: Wire
    user: str = ""  # of an appservice: which of its users speaks

    def call(
        self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None, acts: bool = False
    ) -> dict[str, Any]:
        """One call of the API; its JSON object. Raises as Wire.call does, and what ERRORS says."""
        speaker = {"user_id": self.user} if self.user else {}
        answer = self.wire.call(method, API + path, body=body, query={**(query or {}), **speaker} or None, acts=acts)
        if answer.status < 400 and isinstance(answer.data, dict):
            return answer.data
        raise refusal(answer)

    def whoami(self) -> str:
        """The account's user id."""
        return str(self.call("GET", "/account/whoami").get("user_id", ""))

    def sync(self, since: str, sieve: dict[str, Any]) -> dict[str, Any]:
        """What happened since; at once, without waiting. Without `since`: how it is now."""
        if since:
            return self.call("GET", "/sync", query={"filter": json.dumps(sieve), "timeout": "0", "since": since})
        # Synapse gives the answer to a first sync again for two minutes: to a filter it has not seen it answers anew.
        anew = sieve | {"room": sieve["room"] | {"not_rooms": [f"!{secrets.token_hex(8)}:groupops.invalid"]}}
        return self.call("GET", "/sync", query={"filter": json.dumps(anew), "timeout": "0"})

    def state(self, room: str, kind: str, key: str = "") -> dict[str, Any] | None:
        """A state event as it is now; None where the room has none. Raises PermissionDenied outside the room."""
        return self._found(f"/rooms/{quoted(room)}/state/{kind}/{quoted(key)}", query={"format": "event"})

    def put_state(self, room: str, kind: str, content: Mapping[str, Any], key: str = "") -> str:
        """Make the state so; the id of its event, which is the present one's where nothing changes."""
        return str(self.call("PUT", f"/rooms/{quoted(room)}/state/{kind}/{quoted(key)}", body=content, acts=True).get("event_id", ""))

    def event(self, room: str, event: str) -> dict[str, Any] | None:
        """One event; None where the account cannot see it."""
        return self._found(f"/rooms/{quoted(room)}/event/{quoted(event)}")

    def _found(self, path: str, *, query: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        try:
            return self.call("GET", path, query=query)
        except InvalidTarget as error:
            if error.code == "M_NOT_FOUND":
                return None
            raise

    def pages(self, room: str, *, direction: str, start: str = "", end: str = "", sieve: str = "") -> Iterator[dict[str, Any]]:
        """A room's history, page by page: `b` from the present (or `start`) backwards, `f` from `start` forwards, until `end`."""
        query = {"dir": direction, "limit": str(PAGE)} | ({"to": end} if end else {}) | ({"filter": sieve} if sieve else {})
        token = start
        while True:
            page = self.call("GET", f"/rooms/{quoted(room)}/messages", query=query | ({"from": token} if token else {}))
            yield page
            following = str(page.get("end") or "")
            if not following or following == token:
                return
            token = following


def quoted(part: str) -> str:
    """A part of a path: room ids carry colons, aliases even slashes."""
    return quote(part, safe="")


def localpart(user: str) -> str:
    """`name` of @name:server, for people without a display name."""
    return re.sub(r"^@([^:]*).*", r"\1", user)


def refusal(answer: Answer) -> AdapterError:
    """What an answer of 400 or more means."""
    code = answer.code("errcode")
    error, line = ERRORS.get(code, (ContentRejected, _("The homeserver refuses the request.")))
    if answer.status == 413:
        error, line = ERRORS["M_TOO_LARGE"]
    elif not code and answer.status == 401:
        error, line = _LOGIN
    elif not code:  # no homeserver speaks like that
        error, line = InvalidTarget, _("There is no Matrix homeserver at this address.")
    return error(line, code=code or str(answer.status))
