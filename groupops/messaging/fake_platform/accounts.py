"""The platform's API for accounts: what the memory adapter uses. An account's name is its own credential."""

from groupops.messaging.fake_platform.http import Reply, Request, answer
from groupops.messaging.fake_platform.platform import Order, Platform, Refusal
from groupops.messaging.fake_platform.rooms import FOR_EVER, Room
from groupops.messaging.fake_platform.telling import event_of

PAGE = 500  # events of one answer


def _who(request: Request) -> str:
    if not request.account:
        raise Refusal(401, "wrong_credential")
    return request.account


def account(platform: Platform, request: Request) -> Reply:
    """Who am I?"""
    return answer({"account": _who(request)})


def _facts(room: Room) -> dict[str, object]:
    return {"id": room.id, "name": room.name, "size": len(room.members)}


def rooms(platform: Platform, request: Request) -> Reply:
    """The account's rooms."""
    return answer({"rooms": [_facts(room) for room in platform.rooms_of(_who(request))]})


def room(platform: Platform, request: Request, room_id: str) -> Reply:
    """One room: its announcement, what it does not offer, and what the account may do there."""
    found = platform.room_for(room_id, who := _who(request))
    announced = found.announcement and {"id": found.announcement["id"], "text": found.announcement["text"]}
    return answer(_facts(found) | {"announcement": announced, "without": sorted(found.without), "may": sorted(found.may(who))})


def members(platform: Platform, request: Request, room_id: str) -> Reply:
    """Who is in it."""
    found = platform.room_for(room_id, _who(request))
    return answer({"members": [{"id": user, "name": name} for user, name in found.members.items()]})


def person(platform: Platform, request: Request, room_id: str, user: str) -> Reply:
    """How somebody stands with a room."""
    found = platform.room_for(room_id, _who(request))
    until = found.muted_until(user, platform.now())
    state = {"present": user in found.members, "banned": user in found.banned, "muted": until is not None}
    return answer({"id": user, "until": None if until == FOR_EVER else until} | state)


def message(platform: Platform, request: Request, room_id: str, message_id: str) -> Reply:
    """What has become of a message."""
    found = platform.room_for(room_id, _who(request))
    if found.message(message_id) is None:
        raise Refusal(404, "no_such_message")
    return answer({"id": message_id, "recalled": message_id in found.recalled, "pinned": message_id in found.pinned})


def send(platform: Platform, request: Request, room_id: str) -> Reply:
    """Say something, under a key."""
    content = request.texts()
    return answer({"id": platform.say(room_id, _who(request), content.get("text", ""), key=content.get("key", ""))})


def act(platform: Platform, request: Request, room_id: str, verb: str) -> Reply:
    """Do something else there, under a key."""
    content = request.texts()
    about = {name: content.get(name, "") for name in ("key", "user", "message", "text", "until")}
    return answer({"id": platform.act(verb, room_id, Order(by=_who(request), **about))})


def find(platform: Platform, request: Request, room_id: str) -> Reply:
    """Was something done under this key?"""
    platform.room_for(room_id, _who(request))
    return answer({"id": platform.find(room_id, request.query.get("key", ""))})


def events(platform: Platform, request: Request) -> Reply:
    """What happened since; without `since` nothing, and the number of the present."""
    user, since = _who(request), request.query.get("since", "")
    if not since.isdecimal():
        return answer({"events": [], "next": len(platform.history), "more": False})
    rows, following = platform.since(int(since), user, PAGE)
    told = [event for row in rows if (event := event_of(row, user)) is not None]
    return answer({"events": told, "next": following, "more": following < len(platform.history)})
