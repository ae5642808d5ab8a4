"""Signed requests to one bridge.

A POST is signed over its body, a GET, which has none, over its path and query: a signature is good for nothing else. The body of a POST
names its request, so that a question is no order at another path.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_noop as _

from groupops.messaging import signing
from groupops.messaging.adapter import Action, InvalidTarget
from groupops.messaging.adapters.webhook import abilities
from groupops.messaging.adapters.webhook.answers import judge
from groupops.messaging.wire import Answer, Wire
from groupops.shared import clock

VERSION = 1
JSON = {"Content-Type": "application/json"}
NO_ROOM = _("No room has such an id.")


def secrets_of(config: Mapping[str, str], name: str) -> list[str]:
    """The secrets of a field: several, separated by commas, while one is being changed."""
    return [secret for part in config.get(name, "").split(",") if (secret := part.strip())]


@dataclass(frozen=True)
class Calls:
    """Requests under one channel's secret."""

    config: Mapping[str, str]
    timeout: float

    def get(self, *path: str, **query: str) -> Answer:
        """Ask. Raises AdapterError, never OutcomeUnknown."""
        target = _target(path, query)
        signed = urlsplit(self._base).path + target
        answer = self._wire(signed.encode(), {}).call("GET", target)
        return self._judged(answer, acts=False)

    def can(self, **query: str) -> abilities.Told:
        """What the bridge can do (of a room: `group`). Raises AdapterError."""
        return abilities.told(self.get("capabilities", **query).data, secrets=self.secrets)

    def post(self, request: str, action: Action, *, acts: bool) -> Answer:
        """`act` or `resolve` about an action. Raises AdapterError."""
        body = json.dumps(_about(request, action), ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._wire(body, JSON).call("POST", f"/{request}", body=body, acts=acts)
        return self._judged(answer, acts=acts)

    @property
    def secrets(self) -> list[str]:
        """What no line of a bridge may tell."""
        return [*secrets_of(self.config, "secret"), *secrets_of(self.config, "push_secret")]

    @property
    def _base(self) -> str:
        return self.config.get("url", "").rstrip("/")

    def _wire(self, signed: bytes, headers: Mapping[str, str]) -> Wire:
        signature = signing.sign(secret=self.config.get("secret", ""), body=signed, at=clock.now())
        return Wire(self._base, {"Accept": "application/json", **headers, **signature}, timeout=self.timeout)

    def _judged(self, answer: Answer, *, acts: bool) -> Answer:
        judge(answer, acts=acts, secrets=self.secrets)
        return answer


def _target(path: tuple[str, ...], query: Mapping[str, str]) -> str:
    """Path and query as they stand in the request. Dots alone would lead to another path. Raises InvalidTarget."""
    if {".", "..", ""} & {*path}:
        raise InvalidTarget(NO_ROOM)
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return "/" + "/".join(quote(part, safe="") for part in path) + (f"?{asked}" if asked else "")


def _about(request: str, action: Action) -> dict[str, Any]:
    """The body; every field always stands there."""
    return {
        "version": VERSION,
        "request": request,
        "key": action.key,
        "operation": str(action.operation),
        "group": action.group,
        "text": action.text,
        "user": action.user,
        "message": action.message,
        "until": f"{action.until:%Y-%m-%dT%H:%M:%SZ}" if action.until else None,
    }
