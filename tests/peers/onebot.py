"""A fake OneBot 11: POST /:action with JSON, groups on its disk, and events that it pushes, signed, to an address.

Made after https://github.com/botuniverse/onebot-11 (communication/http.md and http-post.md, api/public.md, event/), with go-cqhttp's
words for what is not there. It serves one account. What the documents do not say: a message that is recalled twice is recalled, and
get_msg knows it no more.
"""

import contextlib
import hashlib
import hmac
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupops.messaging.fake_platform.faults import FAULTS, Fault
from groupops.messaging.fake_platform.ledger import Ledger, read
from tests.peers.door import Door, Handler
from tests.peers.onebot_actions import Actions, Failed, Group
from tests.peers.onebot_codes import codes_of, segments_of, text_of

SELF = 10001000


@dataclass(frozen=True)
class Report:
    """An event as it was pushed: headers and raw body."""

    headers: dict[str, str]
    body: bytes


class OneBot(Door):
    """One account. A fault is ordered for an action; `answers` holds ready answers (status and body) instead of the action's own."""

    def __init__(self, folder: Path, *, token: str = "", secret: str = "", report_to: str = "", array: bool = True) -> None:
        self.disk = folder / "onebot.jsonl"
        self.ledger = Ledger(self.disk)
        self.token, self.secret, self.report_to, self.array = token, secret, report_to, array
        self.lock = threading.RLock()
        self.groups: dict[int, Group] = {}
        self.messages: dict[int, dict[str, Any]] = {}
        self.faults: list[tuple[str, str]] = []  # action, name
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.without: set[str] = set()  # actions that this implementation does not have
        self.status: dict[str, Any] = {"online": True, "good": True}
        self.account = SELF
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.reports: list[Report] = []
        self.refused: list[int] = []  # what the other side answered instead of 2xx
        self.disorder: str = ""
        self.held: list[dict[str, Any]] = []
        self.ids = itertools.count(-2_000_000_001, 7)  # 32 bits, and below zero as often as not
        super().__init__(Bot)

    # --- what a test orders and looks at
    def open(self, group: int, name: str, **members: int) -> None:
        """A group with our account as an administrator, and members by name."""
        self.groups[group] = Group(name)
        for called, user in {"GroupOps": self.account, **members}.items():
            role = "admin" if user == self.account else "owner"
            self.groups[group].members[user] = {"nickname": called, "card": "", "role": role, "shut_up_timestamp": 0}

    def order(self, name: str, action: str) -> None:
        """A fault (groupops.messaging.fake_platform.faults) for the next request of an action."""
        self.faults.append((action, name))

    def said(self, **where: int) -> list[str]:
        """The texts in a group, or to a person, off the disk, without what was recalled."""
        rows = list(read(self.disk))
        recalled = {row["recalled"] for row in rows if "recalled" in row}
        wanted = [row for row in rows if "text" in row and row["id"] not in recalled]
        return [row["text"] for row in wanted if all(row.get(name) == value for name, value in where.items())]

    def server_close(self) -> None:
        """The disk too."""
        super().server_close()
        self.ledger.close()

    # --- what people do
    def say(self, group: int, user: int, message: str | list[dict[str, Any]], **fields: Any) -> int:
        """Somebody says something; its id."""
        with self.lock:
            number = next(self.ids)
            segments = message if isinstance(message, list) else segments_of(message)
            row = {"id": number, "group": group, "user": user, "text": text_of(segments), "message": segments}
            self.messages[number] = row
            self.ledger.append({name: row[name] for name in ("id", "group", "user", "text")})
        who = self.groups[group].members[user]
        kind = "message_sent" if user == self.account else "message"
        event = {"message_type": "group", "sub_type": "normal", "message_id": number, "group_id": group, "user_id": user, "font": 0}
        shown = segments if self.array else codes_of(segments)
        about = {"message": shown, "raw_message": codes_of(segments), "anonymous": None, "sender": {"user_id": user, **who}}
        self.report(kind, **event, **about, **fields)
        return number

    def join(self, group: int, user: int, name: str) -> bool:
        """Somebody comes in, unless they are kept out."""
        if user in self.groups[group].banned:
            return False
        self.groups[group].members[user] = {"nickname": name, "card": "", "role": "member", "shut_up_timestamp": 0}
        self.notice("group_increase", "approve", group, user, operator_id=user)
        return True

    def leave(self, group: int, user: int, by: int = 0) -> None:
        """Somebody goes, or is removed."""
        self.groups[group].members.pop(user)
        how = "leave" if by in (0, user) else "kick_me" if user == self.account else "kick"
        self.notice("group_decrease", how, group, user, operator_id=by or user)

    def recall(self, number: int, by: int) -> None:
        """A message is recalled."""
        row = self.messages.pop(number, None)
        if row is not None:
            self.ledger.append({"recalled": number})
            self.notice("group_recall", "", row["group"], row["user"], operator_id=by, message_id=number)

    def notice(self, kind: str, how: str, group: int, user: int, **fields: Any) -> None:
        """Report what happened in a group."""
        self.report("notice", notice_type=kind, **({"sub_type": how} if how else {}), group_id=group, user_id=user, **fields)

    # --- pushing
    def report(self, post_type: str, **fields: Any) -> None:
        """Push an event, once; nothing is ever pushed again."""
        event = {"time": int(time.time()), "self_id": self.account, "post_type": post_type, **fields}
        with self.lock:
            self.held.append(event)
            if self.disorder == "shuffled" and len(self.held) < 2:
                return
            waiting, self.held = self.held[::-1], []
        for one in waiting * (2 if self.disorder == "twice" else 1):
            self._push(json.dumps(one, ensure_ascii=False).encode())

    def signed(self, body: bytes) -> Report:
        """A body as it is pushed."""
        headers = {"Content-Type": "application/json", "X-Self-ID": str(self.account)}
        if self.secret:
            headers["X-Signature"] = "sha1=" + hmac.new(self.secret.encode(), body, hashlib.sha1).hexdigest()
        return Report(headers, body)

    def _push(self, body: bytes) -> None:
        report = self.signed(body)
        self.reports.append(report)
        if not self.report_to:
            return
        request = urllib.request.Request(self.report_to, body, report.headers, method="POST")  # noqa: S310  (loopback, from a test)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            self.refused.append(error.code)

    # --- actions
    def strike(self, action: str) -> Fault | None:
        """The fault that an action meets."""
        with self.lock:
            for order in self.faults:
                if order[0] == action:
                    self.faults.remove(order)
                    return FAULTS[order[1]]
        return None

    def do(self, action: str, params: dict[str, Any]) -> Any:
        """Carry an action out. Raises Failed."""
        self.called.append((action, params))
        method = getattr(Actions, action.removeprefix("_"), None)
        if method is None or action in self.without:
            raise Failed(1404)
        return method(self, params)


REFUSALS = {"forbidden": Failed(103), "no_such_room": Failed(100, "GROUP_NOT_FOUND")}


class Bot(Handler):
    """One connection to the fake."""

    server: OneBot

    def do_POST(self) -> None:  # noqa: N802  (the base class asks for this name)
        """An action."""
        body, action = self.body(), self.path.partition("?")[0].strip("/")
        token = self.headers.get("Authorization", "")
        if self.server.token and token != f"Bearer {self.server.token}":
            return self.answer(403 if token else 401, b"")
        if not str(self.headers.get("Content-Type")).startswith("application/json"):
            return self.answer(406, b"")
        try:
            params = json.loads(body or b"{}")
        except ValueError:
            return self.answer(400, b"")
        if action in self.server.answers:
            return self.answer(*self.server.answers.pop(action))
        return self._act(action, params)

    def _act(self, action: str, params: dict[str, Any]) -> None:
        fault = self.server.strike(action)
        if fault is None:
            return self._carry_out(action, params)
        if fault.does:
            with contextlib.suppress(Failed):
                self.server.do(action, params)
        if fault.code in REFUSALS:
            return self._fail(REFUSALS[fault.code])
        if fault.ending:
            return self.end(fault.ending)
        hint = {} if fault.hint is None else {"Retry-After": str(int(fault.hint))}
        return self.answer(fault.status, b"<html>gateway</html>", Location="http://127.0.0.1:1/", **hint)

    def _carry_out(self, action: str, params: dict[str, Any]) -> None:
        try:
            data = self.server.do(action, params)
        except Failed as error:
            return self._fail(error)
        return self.answer(200, json.dumps({"status": "ok", "retcode": 0, "data": data}).encode())

    def _fail(self, error: Failed) -> None:
        said = {"status": "failed", "retcode": error.retcode, "data": None, "msg": error.word, "wording": f"token {self.server.token}"}
        self.answer(404 if error.retcode == 1404 else 200, json.dumps(said).encode())
