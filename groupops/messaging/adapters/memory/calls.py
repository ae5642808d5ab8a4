"""Requests to the fake platform, and what its refusals mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    AccountRestricted,
    AdapterError,
    AlreadyDone,
    ContentRejected,
    InvalidTarget,
    LoginRequired,
    NotSupported,
    PermissionDenied,
)
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.wire import Answer, Transport, Wire

ERRORS: dict[str, tuple[type[AdapterError], str]] = {
    "wrong_credential": (LoginRequired, _("The platform does not accept the credentials any more.")),
    "account_restricted": (AccountRestricted, _("The platform has restricted the account.")),
    "forbidden": (PermissionDenied, _("The account is not in this room, or may not speak there.")),
    "no_right": (PermissionDenied, _("The account has no right to do this in this room.")),
    "muted": (PermissionDenied, _("The account is muted in this room.")),
    "no_such_room": (InvalidTarget, _("The room does not exist on the platform.")),
    "no_such_member": (InvalidTarget, _("The person is not in this room.")),
    "no_such_message": (InvalidTarget, _("The message is not in this room.")),
    "already": (AlreadyDone, _("It is so already.")),
    "rejected": (ContentRejected, _("The platform does not accept this text.")),
    "not_readable": (NotSupported, _("The platform does not show what was sent.")),
    "not_offered": (NotSupported, _("The platform does not offer this in this room.")),
}
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Calls:
    """Requests of one account."""

    config: Mapping[str, str]
    timeout: float
    transport: Transport | None = None  # instead of an address

    @property
    def wire(self) -> Wire:
        """The address comes from the environment, or from the connection."""
        if self.transport is not None:
            return Wire(NOWHERE, {"Authorization": f"Bearer {self.config.get('account', '')}"}, trusted=True, transport=self.transport)
        own = self.config.get("url", "")
        base = (own or settings.FAKE_PLATFORM_URL or NOWHERE).rstrip("/")
        inside = base.startswith(inprocess.SCHEME)
        return Wire(
            base="http://" + base.removeprefix(inprocess.SCHEME) if inside else base,
            headers={"Authorization": f"Bearer {self.config.get('account', '')}"},
            timeout=self.timeout,
            trusted=inside or not own,
            transport=inprocess.carry if inside else None,
        )

    def get(self, *path: str, **query: str) -> Answer:
        """Ask. Raises AdapterError."""
        return self._judged(self.wire.call("GET", _at(path), query=query))

    def act(self, *path: str, **body: Any) -> str:
        """Change something; the id of what happened. Raises AdapterError."""
        return str(self._judged(self.wire.call("POST", _at(path), body=body, acts=True)).field("id") or "")

    @staticmethod
    def _judged(answer: Answer) -> Answer:
        if answer.status < 400:
            return answer
        code = answer.code("error")
        error, line = ERRORS.get(code, (ContentRejected, _("The platform refuses the request.")))
        raise error(line, code=code)


def _at(path: tuple[str, ...]) -> str:
    return "/api/" + "/".join(quote(part, safe="") for part in path)
