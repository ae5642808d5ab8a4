"""The operations of a WeCom group robot.

Source: https://developer.work.weixin.qq.com/document/path/91770 (群机器人配置说明): text of at most 2,048 bytes in UTF-8, 20 messages a
minute. There is no message id, no dedupe key and nothing to read back: what is unclear stays so until a person looks into the group.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, NoReturn
from urllib.parse import SplitResult, parse_qs, urlsplit

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
    Health,
    InvalidTarget,
    Level,
    LoginRequired,
    NotSupported,
    Operation,
    Outcome,
    OutcomeUnknown,
    RateHint,
    RateLimited,
    RemoteGroup,
)
from groupops.messaging.adapters.wecom_webhook.answers import judge
from groupops.messaging.wire import Wire
from groupops.shared import clock

OFFICIAL = "https://qyapi.weixin.qq.com"
SEND = "/cgi-bin/webhook/send"
LONGEST_TEXT = 2048  # bytes, in UTF-8
A_MINUTE = 20  # messages of one robot
KEY = re.compile(r"[\w-]{8,128}", re.ASCII)
UNTOLD = gettext_noop("Whether WeCom knows the key cannot be told without sending.")
HEALTH: dict[type[AdapterError], Health] = {
    LoginRequired: Health.NEEDS_LOGIN,
    AccountRestricted: Health.RESTRICTED,
    RateLimited: Health.DEGRADED,
}


class WecomWebhook(Adapter):
    """One robot in one room. The key is the account and the room at once."""

    kind = "wecom_webhook"
    label = gettext_lazy("WeCom group robot")
    about = gettext_lazy("A robot that somebody adds to a WeCom group: it sends by itself, but hears nothing and knows no members.")
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "key",
            gettext_lazy("Webhook address"),
            secret=True,
            help=gettext_lazy("As the robot's page in WeCom shows it, or only its key. Whoever knows it can post in the group."),
        ),
        CredentialField("room", gettext_lazy("Name of the group"), help=gettext_lazy("As it is called in WeCom, which does not tell it.")),
        CredentialField(
            "base",
            gettext_lazy("Other server"),
            required=False,
            help=gettext_lazy("Only where calls must go through a server of your own. Empty: WeCom itself."),
        ),
    )
    rates: ClassVar[tuple[RateHint, ...]] = (
        RateHint(A_MINUTE, 60, source=gettext_noop("WeCom: each robot at most 20 messages a minute.")),
    )

    @classmethod
    def enroll(cls, typed: Mapping[str, str]) -> dict[str, str]:
        """Key and server out of what was pasted: most people paste the whole address."""
        key, base = _pasted(typed.get("key", "").strip())
        if not KEY.fullmatch(key):
            raise ContentRejected(gettext_noop("This is no webhook address of a WeCom robot, nor its key."), code="key")
        base = (typed.get("base", "").strip() or base).rstrip("/").removesuffix(SEND)
        if base and _split(base).scheme not in {"http", "https"}:
            raise ContentRejected(gettext_noop("The address must begin with https://."), code="base")
        return {"key": key, "room": typed.get("room", "").strip(), "base": base}

    @property
    def robot(self) -> str:
        """What we call the robot and its room: WeCom has no id for either, and the key is secret."""
        return hashlib.sha256(f"groupops wecom_webhook {self.config.get('key', '')}".encode()).hexdigest()[:16]

    def check(self) -> Check:
        """Send an empty text: WeCom looks at the key first (93000), then complains about the text (44004), and posts nothing.

        So published clients saw it; WeCom's documents do not say it. Hence nothing but that complaint counts as a known key.
        """
        try:
            self._post("", acts=False)
        except ContentRejected:
            return Check(Health.OK, gettext_noop("WeCom knows the key."), self.robot)
        except OutcomeUnknown:
            return Check(Health.DEGRADED, UNTOLD, self.robot)
        except AdapterError as error:
            return Check(HEALTH.get(type(error), Health.DOWN), error.message, self.robot)
        return Check(Health.DEGRADED, UNTOLD, self.robot)

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """Sending, and nothing else."""
        return {Operation.SEND_GROUP: Capability(Level.NATIVE, max_bytes=LONGEST_TEXT)}

    def list_groups(self) -> Sequence[RemoteGroup]:
        """The robot's one room, under the name that was typed."""
        return [RemoteGroup(self.robot, self.config.get("room", ""))]

    def get_group(self, group: str) -> RemoteGroup:
        """The robot's room. Another key is another robot, perhaps in another room."""
        if group != self.robot:
            raise InvalidTarget(gettext_noop("The key was changed: bind the group to the robot's room again."))
        return self.list_groups()[0]

    def send_group(self, action: Action) -> Outcome:
        """One message per part. A failure after the first is OutcomeUnknown, which a person decides: nothing can be read back."""
        self.get_group(action.group)
        texts = parts.split(action.text, limit=LONGEST_TEXT, size=_bytes)
        if len(texts) > A_MINUTE:
            raise ContentRejected(gettext_noop("The text has more parts than a WeCom robot may send in a minute (20). Shorten it."))
        return parts.send(action, texts, say=self._say, seen=_unreadable)

    def _say(self, action: Action, key: str, text: str) -> str:
        """The receipt is WeCom's word and when it was given."""
        self._post(text, acts=True)
        return f"errcode=0 {clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"

    def _post(self, text: str, *, acts: bool) -> None:
        wire = Wire(self.config.get("base") or OFFICIAL, {}, timeout=self.timeout)
        body = {"msgtype": "text", "text": {"content": text}}
        judge(wire.call("POST", SEND, body=body, query={"key": self.config.get("key", "")}, acts=acts), acts=acts)


def _pasted(text: str) -> tuple[str, str]:
    """Key and server of a pasted address; a key alone, and WeCom's own address, need no server."""
    if "?" not in text:
        return text, ""
    address = _split(text if "://" in text else f"https://{text}")
    base = f"{address.scheme}://{address.netloc}{address.path}".removesuffix(SEND)
    return (parse_qs(address.query).get("key") or [""])[0], "" if base == OFFICIAL else base


def _split(address: str) -> SplitResult:
    """The parts of an address; empty ones where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _bytes(text: str) -> int:
    return len(text.encode())


def _unreadable(action: Action, keys: Sequence[str]) -> NoReturn:
    raise NotSupported(gettext_noop("The platform does not show what was sent."))
