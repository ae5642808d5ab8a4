"""A fake of WeCom's group robots: POST /cgi-bin/webhook/send?key=…, text only, with the real answers' shape and order of looking.

It looks at the key, then at the type, the content and the minute's limit; what it accepts is on its disk before it answers. It is also
an HTTP proxy that speaks TLS as qyapi.weixin.qq.com, so that foreign clients with that address built in come here unchanged.
"""

import json
import ssl
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from groupops.messaging.fake_platform.faults import FAULTS, Fault
from groupops.messaging.fake_platform.ledger import Ledger, read
from tests.peers.door import Door, Handler

HOST = "qyapi.weixin.qq.com"
SEND = "/cgi-bin/webhook/send"
LONGEST_TEXT = 2048  # bytes
A_MINUTE = 20
SAYS = {
    -1: "system error",
    0: "ok",
    40008: "invalid message type",
    40058: "text.content exceed max length 2048. invalid Request Parameter",
    44004: "empty content",
    45009: "api freq out of limit",
    60020: "not allow to access from your ip",
    93000: "invalid webhook url",
    93004: "robot is disabled",
    93008: "not in group",
}
CODES = {"wrong_credential": 93000, "account_restricted": 93004, "forbidden": 60020, "no_such_room": 93008, "limited": 45009}


class Wecom(Door):
    """Robots by their keys. A fault strikes the next text that would have been accepted; `say` is an errcode for it."""

    def __init__(self, folder: Path, *keys: str, tls: ssl.SSLContext | None = None) -> None:
        self.disk = folder / "wecom.jsonl"
        self.ledger = Ledger(self.disk)
        self.lock = threading.Lock()
        self.keys = set(keys)
        self.fault: Fault | None = None
        self.say: int | None = None
        self.answered: list[int] = []  # every errcode, in order
        self.received: list[tuple[dict[str, str], bytes]] = []  # headers and bodies as they came
        self.spent: dict[str, list[float]] = defaultdict(list)
        self.tls = tls
        super().__init__(Robot)

    def order(self, name: str) -> None:
        """A fault (groupops.messaging.fake_platform.faults) for the next text."""
        self.fault = FAULTS[name]

    def arrived(self, key: str) -> list[str]:
        """The texts in a robot's room, oldest first, off the disk."""
        return [row["text"] for row in read(self.disk) if row["key"] == key]

    def server_close(self) -> None:
        """The disk too."""
        super().server_close()
        self.ledger.close()

    def judge(self, key: str, body: bytes) -> tuple[int, Fault | None]:
        """What WeCom says, and the fault that strikes."""
        with self.lock:
            content = _content(body)
            refused = 93000 if key not in self.keys else _refused(content)
            if refused:
                return refused, None
            fault, self.fault = self.fault, None
            said, self.say = self.say, None
            if said is None and (fault is None or fault.does):
                said = self._post(key, content)
            return said or 0, fault

    def _post(self, key: str, content: dict[str, Any]) -> int:
        now = time.monotonic()
        self.spent[key] = [at for at in self.spent[key] if at > now - 60]
        if len(self.spent[key]) >= A_MINUTE:
            return 45009
        self.spent[key].append(now)
        text = content["text"]
        mentioned = text.get("mentioned_list", [])
        self.ledger.append({"key": key, "text": text["content"], "mentioned": mentioned, "at": datetime.now(UTC).isoformat()})
        return 0


class Robot(Handler):
    """One connection to the fake."""

    server: Wecom

    def do_POST(self) -> None:  # noqa: N802  (the base class asks for this name)
        """Somebody posts."""
        body, target = self.body(), urlsplit(self.path)
        self.server.received.append((dict(self.headers), body))
        if target.path != SEND:
            return self.answer(404, b"<html>no such page</html>")
        code, fault = self.server.judge((parse_qs(target.query).get("key") or [""])[0], body)
        if fault is None or fault.code in CODES:
            return self._say(CODES[fault.code] if fault else code)
        if fault.ending:
            return self.end(fault.ending)
        return self.answer(fault.status, b"<html>gateway</html>", Location="http://127.0.0.1:1/")

    def do_CONNECT(self) -> None:  # noqa: N802
        """A client that takes us for its proxy to WeCom: from here on it speaks TLS to what it takes for WeCom."""
        if self.path != f"{HOST}:443" or self.server.tls is None:
            return self.answer(403)
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")  # type: ignore[assignment]
        self.close_connection = False
        return None

    def _say(self, code: int) -> None:
        self.server.answered.append(code)
        # As WeCom does, with the address it was asked at: nothing of this may be shown or logged.
        hint = "" if code == 0 else f", hint: [1], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com{self.path}&e={code}"
        self.answer(200, json.dumps({"errcode": code, "errmsg": SAYS.get(code, "something new") + hint}).encode())


def _content(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode())
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _refused(content: dict[str, Any]) -> int:
    """Why a message is none; 0 when it is one."""
    if content.get("msgtype") != "text":
        return 40008
    text = content.get("text")
    words = text.get("content") if isinstance(text, dict) else None
    if not isinstance(words, str) or not words.strip():
        return 44004
    return 40058 if len(words.encode()) > LONGEST_TEXT else 0
