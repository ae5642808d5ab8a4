"""What tests, the demo's seed and its personas order: people's acts, faults, a poorer platform, a door to push to."""

from groupops.messaging.fake_platform.faults import ordered
from groupops.messaging.fake_platform.http import Reply, Request, answer
from groupops.messaging.fake_platform.platform import Platform, Refusal


def open_room(platform: Platform, request: Request, room_id: str) -> Reply:
    """Make a room with members {id: name}; what it is `without`, and who is `demoted` there."""
    content = request.json()
    platform.open_room(room_id, str(content.get("name", room_id)), dict(content.get("members", {})))
    if "without" in content or "demoted" in content:
        platform.set_up(room_id, without=content.get("without", []), demoted=content.get("demoted", []))
    return answer({"id": room_id})


def act(platform: Platform, request: Request, room_id: str, verb: str) -> Reply:
    """A member says something, joins, leaves or is removed; somebody dissolves the room."""
    content = request.texts()
    user = content.get("user", "")
    if verb == "say":
        return answer({"id": platform.say(room_id, user, content.get("text", ""))})
    if verb == "join":
        platform.join(room_id, user, content.get("name", user))
    elif verb == "leave":
        platform.leave(room_id, user, by=content.get("by", ""))
    else:
        platform.dissolve(room_id, by=user)
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
    """Whether repeated keys are one message, and whether keys can be looked up."""
    content = request.json()
    idempotent = bool(content.get("idempotent", platform.idempotent))
    platform.set_mode(idempotent=idempotent, readable=bool(content.get("readable", platform.readable)))
    return answer({"idempotent": platform.idempotent, "readable": platform.readable})


def push(platform: Platform, request: Request) -> Reply:
    """Where an account's events are pushed to, signed with which secret; an empty address ends it."""
    content = request.texts()
    platform.push_to(content.get("account", ""), content.get("url", ""), content.get("secret", ""))
    return answer({})
