"""The chat page's requests: a person looks, and acts as any member."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from groupops.messaging.fake_platform import pages
from groupops.messaging.fake_platform.http import Reply, Request, page
from groupops.messaging.fake_platform.platform import Platform, Refusal


def lobby(platform: Platform, request: Request) -> Reply:
    """Every room."""
    return page(pages.lobby(list(platform.rooms.values())))


def chat(platform: Platform, request: Request, room_id: str) -> Reply:
    """A room, seen as one of its members."""
    if room_id not in platform.rooms:
        raise Refusal(404, "no_such_room")
    with platform.lock:
        room = platform.rooms[room_id]
        return page(pages.chat(room, request.query.get("as", ""), at=platform.now(), refused=request.query.get("refused", "")))


def type_in(platform: Platform, request: Request, room_id: str) -> Reply:
    """A person says something as a member, comes in under a name, or goes. A refusal is shown on the page."""
    form = request.form()
    user = form.get("as", "")
    seen = {"as": user}
    try:
        seen["as"] = DEEDS.get(form.get("do", ""), _say)(platform, room_id, user, form.get("text", "").strip())
    except Refusal as refusal:
        if refusal.code not in pages.REFUSED:
            raise
        seen["refused"] = refusal.code
    return Reply(303, b"", {"Location": f"/rooms/{quote(room_id, safe='')}?{urlencode(seen)}"})


def _say(platform: Platform, room: str, user: str, text: str) -> str:
    if text:
        platform.say(room, user, text)
    return user


def _join(platform: Platform, room: str, user: str, name: str) -> str:
    """Under a name that is also the account."""
    if name:
        platform.join(room, name, name)
    return name or user


def _leave(platform: Platform, room: str, user: str, text: str) -> str:
    platform.leave(room, user)
    return ""


DEEDS: dict[str, Callable[[Platform, str, str, str], str]] = {"join": _join, "leave": _leave}


def static(platform: Platform, request: Request, name: str) -> Reply:
    """The page's style and behaviour."""
    body, kind = pages.STATIC[name]
    return Reply(200, body, {"Content-Type": kind})
