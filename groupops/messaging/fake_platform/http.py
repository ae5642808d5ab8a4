"""A request and a reply of the fake platform, without a socket."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from groupops.messaging.fake_platform.faults import Ending
from groupops.messaging.fake_platform.platform import Refusal

_OWN = ("script-src", "style-src", "connect-src", "form-action")
CSP = "; ".join(["default-src 'none'", *(f"{what} 'self'" for what in _OWN), "frame-ancestors 'none'", "base-uri 'none'"])


@dataclass(frozen=True)
class Request:
    """What came in. `account` is the bearer's name: an account of this platform is its own credential."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    account: str = ""
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            raise Refusal(400, "no_json") from None
        if not isinstance(value, dict):
            raise Refusal(400, "no_object")
        return value

    def texts(self) -> dict[str, str]:
        """The body as a JSON object of texts."""
        return {name: "" if value is None else str(value) for name, value in self.json().items()}

    def form(self) -> dict[str, str]:
        """The body as a browser's form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()}


@dataclass(frozen=True)
class Reply:
    """What goes out: an answer, or (`ending`) none."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    ending: Ending | None = None


def request_of(method: str, target: str, authorization: str, body: bytes) -> Request:
    """A request from its parts as they stand on the wire."""
    path, _mark, query = target.partition("?")
    values = {name: found[0] for name, found in parse_qs(query).items()}
    return Request(method, path, values, authorization.removeprefix("Bearer ").strip(), body)


def answer(value: dict[str, Any], status: int = 200, **headers: str) -> Reply:
    """A JSON reply."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"} | headers)


def page(html: str) -> Reply:
    """A page of the chat."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP, "Referrer-Policy": "same-origin"}
    return Reply(200, html.encode(), headers)
