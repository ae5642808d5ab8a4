"""The platform's HTTP, without a socket: a request in, a reply out. The process and the in-process transport both use it."""

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

from groupops.messaging.fake_platform import accounts, chat, past, puppets
from groupops.messaging.fake_platform.acts import ACTS
from groupops.messaging.fake_platform.faults import DISORDER, Fault
from groupops.messaging.fake_platform.http import Reply, Request, answer, request_of
from groupops.messaging.fake_platform.platform import Platform, Refusal

__all__ = ["Reply", "Request", "answer", "handle", "request_of"]


def handle(platform: Platform, request: Request) -> Reply:
    """Carry a request out, or fail as ordered."""
    try:
        for method, pattern, operation, work in ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                return _faulty(platform, request, operation, work, *map(unquote, found.groups()))
    except Refusal as refusal:
        return answer({"error": refusal.code}, refusal.status)
    return answer({"error": "no_such_page"}, 404)


def _faulty(platform: Platform, request: Request, operation: str, work: Callable[..., Reply], *parts: str) -> Reply:
    named = parts[1] if operation == "act" else operation  # of the other acts each has a fault of its own
    fault = platform.fault(named, parts[0] if parts else "") if operation else None
    if fault is None:
        return work(platform, request, *parts)
    done = work(platform, request, *parts) if fault.does else None
    return _seen(fault, done)


def _seen(fault: Fault, done: Reply | None) -> Reply:
    if done and fault.code in DISORDER:
        content = json.loads(done.body)
        events = content.get("events", [])
        return answer(content | {"events": DISORDER[fault.code](events)})
    if fault.ending:
        return Reply(ending=fault.ending)
    headers = {} if fault.hint is None else {"Retry-After": str(int(fault.hint))}
    return answer({"error": fault.code}, fault.status, **headers)


ROOM = r"([^/]+)"
ROUTES: list[tuple[str, str, str, Callable[..., Reply]]] = [
    ("GET", "/api/account", "account", accounts.account),
    ("GET", "/api/rooms", "rooms", accounts.rooms),
    ("GET", f"/api/rooms/{ROOM}", "room", accounts.room),
    ("GET", f"/api/rooms/{ROOM}/members", "members", accounts.members),
    ("GET", f"/api/rooms/{ROOM}/members/{ROOM}", "person", accounts.person),
    ("POST", f"/api/rooms/{ROOM}/messages", "send", accounts.send),
    ("GET", f"/api/rooms/{ROOM}/messages", "find", accounts.find),
    ("GET", f"/api/rooms/{ROOM}/messages/{ROOM}", "message", accounts.message),
    ("POST", f"/api/rooms/{ROOM}/({'|'.join(ACTS)})", "act", accounts.act),
    ("GET", "/api/events", "events", accounts.events),
    ("PUT", f"/control/rooms/{ROOM}", "", puppets.open_room),
    ("POST", f"/control/rooms/{ROOM}/(say|join|leave|dissolve)", "", puppets.act),
    ("POST", "/control/faults", "", puppets.order),
    ("DELETE", "/control/faults", "", puppets.heal),
    ("PUT", "/control/mode", "", puppets.mode),
    ("PUT", "/control/push", "", puppets.push),
    ("PUT", f"/control/communities/{ROOM}", "", past.settle),
    ("GET", f"/control/communities/{ROOM}", "", past.look),
    ("POST", "/control/past", "", past.tell),
    ("GET", "/", "", chat.lobby),
    ("GET", f"/rooms/{ROOM}", "", chat.chat),
    ("POST", f"/rooms/{ROOM}", "", chat.type_in),
    ("GET", r"/(chat\.css|chat\.js)", "", chat.static),
]
