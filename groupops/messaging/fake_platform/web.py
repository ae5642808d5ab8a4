"""The platform's HTTP, without a socket: a request in, a reply out. The process and the in-process transport both use it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from groupops.messaging.fake_platform import pages
from groupops.messaging.fake_platform.faults import Ending, Fault, ordered
from groupops.messaging.fake_platform.platform import Platform, Refusal

PAGE = 200  # events of one answer
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
    fault = platform.fault(operation, parts[0] if parts else "") if operation else None
    if fault is None:
        return work(platform, request, *parts)
    done = work(platform, request, *parts) if fault.does else None
    return _seen(fault, done)


def _seen(fault: Fault, done: Reply | None) -> Reply:
    if done and fault.code in {"twice", "shuffled"}:
        content = json.loads(done.body)
        events = content.get("events", [])
        return answer(content | {"events": [*events, *events] if fault.code == "twice" else events[::-1]})
    if fault.ending:
        return Reply(ending=fault.ending)
    headers = {} if fault.hint is None else {"Retry-After": str(int(fault.hint))}
    return answer({"error": fault.code}, fault.status, **headers)


def answer(value: dict[str, Any], status: int = 200, **headers: str) -> Reply:
    """A JSON reply."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"} | headers)


def page(html: str) -> Reply:
    """A page of the chat."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP, "Referrer-Policy": "same-origin"}
    return Reply(200, html.encode(), headers)


# --- what accounts do ----------------------------------------------------------------------------------------------------
def _who(request: Request) -> str:
    if not request.account:
        raise Refusal(401, "wrong_credential")
    return request.account


def account(platform: Platform, request: Request) -> Reply:
    """Who am I?"""
    return answer({"account": _who(request)})


def rooms(platform: Platform, request: Request) -> Reply:
    """The account's rooms."""
    found = platform.rooms_of(_who(request))
    return answer({"rooms": [{"id": room.id, "name": room.name, "size": len(room.members)} for room in found]})


def room(platform: Platform, request: Request, room_id: str) -> Reply:
    """One room."""
    found = platform.room_for(room_id, _who(request))
    return answer({"id": found.id, "name": found.name, "size": len(found.members)})


def members(platform: Platform, request: Request, room_id: str) -> Reply:
    """Who is in it."""
    found = platform.room_for(room_id, _who(request))
    return answer({"members": [{"id": user, "name": name} for user, name in found.members.items()]})


def send(platform: Platform, request: Request, room_id: str) -> Reply:
    """Say something, under a key."""
    content = request.json()
    return answer({"id": platform.say(room_id, _who(request), str(content.get("text", "")), key=str(content.get("key", "")))})


def find(platform: Platform, request: Request, room_id: str) -> Reply:
    """Was something said under this key?"""
    platform.room_for(room_id, _who(request))
    return answer({"id": platform.find(room_id, request.query.get("key", ""))})


def events(platform: Platform, request: Request) -> Reply:
    """What happened since; without `since` nothing, and the number of the present."""
    user, since = _who(request), request.query.get("since", "")
    if not since.isdecimal():
        return answer({"events": [], "next": len(platform.history), "more": False})
    told, following = platform.since(int(since), user, PAGE)
    return answer({"events": told, "next": following, "more": following < len(platform.history)})


# --- what the puppeteer does: tests, the demo's seed, the chat page ----------------------------------------------------------
def open_room(platform: Platform, request: Request, room_id: str) -> Reply:
    """Make a room with members {id: name}."""
    content = request.json()
    platform.open_room(room_id, str(content.get("name", room_id)), dict(content.get("members", {})))
    return answer({"id": room_id})


def act(platform: Platform, request: Request, room_id: str, verb: str) -> Reply:
    """A member says something, joins or leaves."""
    content = {name: str(value) for name, value in request.json().items()}
    user = content.get("user", "")
    if verb == "say":
        return answer({"id": platform.say(room_id, user, content.get("text", ""))})
    if verb == "join":
        platform.join(room_id, user, content.get("name", user))
    else:
        platform.leave(room_id, user, by=content.get("by", ""))
    return answer({})


def order(platform: Platform, request: Request) -> Reply:
    """Order a fault."""
    try:
        standing = ordered(request.json())
    except (TypeError, ValueError):
        raise Refusal(422, "no_such_fault") from None
    with platform.lock:
        platform.faults.append(standing)
    return answer({})


def heal(platform: Platform, request: Request) -> Reply:
    """No more faults."""
    with platform.lock:
        platform.faults.clear()
    return answer({})


def mode(platform: Platform, request: Request) -> Reply:
    """Whether repeated keys are one message, and whether keys can be read back."""
    content = request.json()
    platform.idempotent = bool(content.get("idempotent", platform.idempotent))
    platform.readable = bool(content.get("readable", platform.readable))
    return answer({"idempotent": platform.idempotent, "readable": platform.readable})


# --- the chat page -----------------------------------------------------------------------------------------------------------
def lobby(platform: Platform, request: Request) -> Reply:
    """Every room."""
    return page(pages.lobby(list(platform.rooms.values())))


def chat(platform: Platform, request: Request, room_id: str) -> Reply:
    """A room, seen as one of its members."""
    if room_id not in platform.rooms:
        raise Refusal(404, "no_such_room")
    return page(pages.chat(platform.rooms[room_id], request.query.get("as", "")))


def type_in(platform: Platform, request: Request, room_id: str) -> Reply:
    """A person types as a member."""
    form = request.form()
    user, text = form.get("as", ""), form.get("text", "")
    if text.strip():
        platform.say(room_id, user, text)
    return Reply(303, b"", {"Location": f"/rooms/{quote(room_id, safe='')}?as={quote(user)}"})


def static(platform: Platform, request: Request, name: str) -> Reply:
    """The page's style and behaviour."""
    body, kind = pages.STATIC[name]
    return Reply(200, body, {"Content-Type": kind})


ROOM = r"([^/]+)"
ROUTES: list[tuple[str, str, str, Callable[..., Reply]]] = [
    ("GET", "/api/account", "account", account),
    ("GET", "/api/rooms", "rooms", rooms),
    ("GET", f"/api/rooms/{ROOM}", "room", room),
    ("GET", f"/api/rooms/{ROOM}/members", "members", members),
    ("POST", f"/api/rooms/{ROOM}/messages", "send", send),
    ("GET", f"/api/rooms/{ROOM}/messages", "find", find),
    ("GET", "/api/events", "events", events),
    ("PUT", f"/control/rooms/{ROOM}", "", open_room),
    ("POST", f"/control/rooms/{ROOM}/(say|join|leave)", "", act),
    ("POST", "/control/faults", "", order),
    ("DELETE", "/control/faults", "", heal),
    ("PUT", "/control/mode", "", mode),
    ("GET", "/", "", lobby),
    ("GET", f"/rooms/{ROOM}", "", chat),
    ("POST", f"/rooms/{ROOM}", "", type_in),
    ("GET", r"/(chat\.css|chat\.js)", "", static),
]
