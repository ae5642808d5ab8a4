"""Matrix with the homeserver's help: it pushes what happens to our door, and does not limit what we send.

The account that speaks is one of the appservice's users, not its sender: Synapse does not let that one /sync. It has no device, so
the homeserver forgets its transaction ids at a restart; our keys in the room do not. Pushing and syncing may both run: events have
one id. What was missed while we were down comes by /sync, long before the homeserver pushes again.
"""

import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import unquote

from django.utils.translation import gettext_lazy, gettext_noop

from groupops.messaging.adapter import (
    AdapterError,
    Check,
    ContentRejected,
    CredentialField,
    Fetched,
    Forged,
    Health,
    LoginRequired,
    Push,
    RateHint,
    Unavailable,
)
from groupops.messaging.adapter.registering import Registration
from groupops.messaging.adapters.matrix import timeline
from groupops.messaging.adapters.matrix.adapter import Matrix, address
from groupops.messaging.adapters.matrix.client import Client, localpart, refusal
from groupops.messaging.adapters.matrix.direct import ALIAS
from groupops.messaging.adapters.matrix.members import MEMBER
from groupops.messaging.wire import Wire

USER = re.compile(r"@[a-z0-9._=/+-]+:[A-Za-z0-9.:\[\]-]+")  # new accounts: the specification's grammar of user ids
MOST_NAMES = 20  # display names that one push asks for; the next sync brings the others
NO_HOMESERVER = gettext_noop("There is no Matrix homeserver at this address.")
NO_USER = gettext_noop("Write it as @name:server, in small letters.")
WAITING = gettext_noop("The homeserver does not know the registration yet: give it the file, restart it, then test.")
KNOWN = gettext_noop("The homeserver knows the registration. Test whether it reaches us.")
UNREACHED = gettext_noop("The homeserver knows the registration, but cannot reach our address. Compare the url in the file.")
OTHER = gettext_noop("The homeserver answers under another server name than that of the user id.")
NOT_SIGNED = gettext_noop("The request does not carry the homeserver's token.")
NONSENSE = gettext_noop("The body is not a transaction.")


class MatrixAppservice(Matrix):
    """The same rooms and acts as an account's; the homeserver's operator must add a file."""

    kind = "matrix_appservice"
    label = gettext_lazy("Matrix appservice")
    about = gettext_lazy("For whoever runs the homeserver: events come at once, nothing is limited. One file, one restart.")
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField("homeserver", gettext_lazy("Homeserver"), help=gettext_lazy("Its address, e.g. https://matrix.example.org")),
        CredentialField("user", gettext_lazy("User id"), help=gettext_lazy("Of the new account that speaks, e.g. @groupops:example.org")),
    )
    pushes = True
    rates: ClassVar[tuple[RateHint, ...]] = ()  # the file says rate_limited: false

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Make the two tokens; they are kept when the address is corrected later."""
        kept = {name: typed.get(name, "").strip() for name in ("homeserver", "user", "proved")}
        kept["homeserver"] = address(kept["homeserver"])
        if not USER.fullmatch(kept["user"]):
            raise ContentRejected(NO_USER, code="user")
        if not isinstance(Wire(kept["homeserver"], {}, timeout=8).call("GET", "/_matrix/client/versions").field("versions"), list):
            raise ContentRejected(NO_HOMESERVER, code="homeserver")
        for name in ("token", "hs_token"):
            kept[name] = typed.get(name) or secrets.token_urlsafe(32)
        kept["id"] = typed.get("id") or f"groupops-{secrets.token_hex(4)}"
        return kept

    def proved(self) -> bool:
        """Whether the homeserver has reached us once."""
        return bool(self.config.get("proved"))

    @property
    def client(self) -> Client:
        """Calls as the account, which is one of the appservice's users."""
        return replace(self._bare, user=self.config.get("user", ""))

    @property
    def _bare(self) -> Client:
        """Calls as the appservice itself."""
        return super().client

    def check(self) -> Check:
        """As an account's; before the test it is not ours to complain that the file is not there."""
        if self.proved():
            return super().check()
        try:
            self._bare.whoami()
        except LoginRequired:
            return Check(Health.DEGRADED, WAITING, self.config.get("user", ""))
        except AdapterError as error:
            return Check(Health.DOWN, error.message)
        return Check(Health.DEGRADED, KNOWN, self.config.get("user", ""))

    def registration(self, address: str) -> Registration:
        """The YAML for `app_service_config_files`; JSON's strings are YAML's."""
        account = self.config.get("user", "")
        _, _, server = account.partition(":")
        users = [{"exclusive": True, "regex": re.escape(account)}]
        aliases = [{"exclusive": False, "regex": f"#{ALIAS}.*:{re.escape(server)}"}]
        values = {
            "id": self.config.get("id", ""),
            "url": address.rstrip("/"),
            "as_token": self.config.get("token", ""),
            "hs_token": self.config.get("hs_token", ""),
            "sender_localpart": self.config.get("id", ""),
            "rate_limited": False,
            "namespaces": {"users": users, "aliases": aliases, "rooms": []},
        }
        lines = [f"{name}: {json.dumps(value)}" for name, value in values.items()]
        return Registration(f"{values['id']}.yaml", "\n".join(lines) + "\n")

    def prove(self) -> Mapping[str, str]:
        """Have the homeserver ping us. Raises LoginRequired (it does not know the file), Unavailable (it does not reach us)."""
        _, _, server = self.config.get("user", "").partition(":")
        if self._bare.whoami() != f"@{self.config.get('id')}:{server}":
            raise ContentRejected(OTHER)
        self._sign_up()
        path = f"/_matrix/client/v1/appservice/{self.config.get('id', '')}/ping"
        try:
            answer = self._bare.wire.call("POST", path, body={"transaction_id": secrets.token_hex(8)})
        except Unavailable as error:
            raise Unavailable(UNREACHED if error.code in {"500", "502", "504"} else error.message, code=error.code) from None
        if answer.status >= 400:
            raise refusal(answer)
        return {**self.config, "proved": "yes"}

    def _sign_up(self) -> None:
        """The account itself; it may be there from an earlier test."""
        body = {"type": "m.login.application_service", "username": localpart(self.config.get("user", "")), "inhibit_login": True}
        try:
            self._bare.call("POST", "/register", body=body)
        except LoginRequired:
            raise
        except AdapterError as error:
            if error.code != "M_USER_IN_USE":
                raise

    def fetch_events(self, cursor: str) -> Fetched:
        """What happened; before the test there is nobody to ask."""
        return super().fetch_events(cursor) if self.proved() else Fetched((), cursor)

    def parse_push_below(self, path: str, method: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Push:
        """The appservice API: transactions, and the questions that every registration is asked."""
        self._believe(headers, query)
        match unquote(path).removeprefix("_matrix/app/v1/").split("/", 1), method:
            case ["transactions", _transaction], "PUT":
                return Push(timeline.pushed(_events(body), self.config.get("user", ""), self._namer()))
            case ["ping"], "POST":
                return Push(())
            case ["users" | "rooms", _name], "GET":
                return _no("M_NOT_FOUND")
        return _no("M_UNRECOGNIZED")

    def _believe(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        """Raise Forged without the homeserver's token; older homeservers send it in the query."""
        ours = self.config.get("hs_token", "")
        scheme, _, given = {name.lower(): value for name, value in headers.items()}.get("authorization", "").partition(" ")
        token = given.strip() if scheme.lower() == "bearer" else query.get("access_token", "")
        if not ours or not hmac.compare_digest(token.encode(), ours.encode()):
            raise Forged(NOT_SIGNED)

    def _namer(self) -> Callable[[str, str], str]:
        """Display names, which a push does not carry: asked for once each, and only so many."""
        asked: set[tuple[str, str]] = set()

        @lru_cache
        def name(room: str, user: str) -> str:
            if len(asked) >= MOST_NAMES or user == self.config.get("user"):
                return localpart(user)
            asked.add((room, user))
            try:
                event = self.client.state(room, MEMBER, user) or {}
            except AdapterError:
                return localpart(user)
            return str(event.get("content", event).get("displayname") or localpart(user))

        return name


def _events(body: bytes) -> Iterable[Mapping[str, Any]]:
    """Of a transaction. Lenient where the inbox cleans up anyway: what is refused here would be pushed for ever."""
    try:
        events = json.loads(body).get("events")
    except (ValueError, RecursionError, AttributeError):
        raise ContentRejected(NONSENSE) from None
    if not isinstance(events, list):
        raise ContentRejected(NONSENSE)
    return [event for event in events if isinstance(event, dict)]


def _no(code: str) -> Push:
    return Push((), status=404, body=json.dumps({"errcode": code}).encode())
