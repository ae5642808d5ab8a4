"""The room of two for a private message: found again by the account's own list or by its alias, made once."""

import hashlib

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import Action, ContentRejected, InvalidTarget, PermissionDenied
from groupops.messaging.adapters.matrix.client import quoted
from groupops.messaging.adapters.matrix.members import MEMBER
from groupops.messaging.adapters.matrix.room import Room

DIRECT = "m.direct"  # of the account's data: person → rooms
ALIAS = "groupops-direct-"  # local part of the alias of a room we made: two workers at once still make one
ENCRYPTION = "m.room.encryption"
MOST = 5  # listed rooms that are looked at
NOBODY = _("This person was never in the room, so no private message can reach them.")
THERE = ("join", "invite")


def open_room(room: Room, action: Action) -> Room:
    """The room with `action.user` alone, made where there is none; whoever left it is invited again. `room` is the group's."""
    found = find(room, action.user)
    if found is None:
        if room.state(MEMBER, action.user) is None:
            raise InvalidTarget(NOBODY)
        found = _make(room, action.user)
    elif _membership(found, action.user) not in THERE:
        room.client.call("POST", f"/rooms/{quoted(found.id)}/invite", body={"user_id": action.user}, acts=True)
    return found


def find(room: Room, user: str) -> Room | None:
    """The room that is there already: one the account lists, is in, and that is not encrypted; else the one of our alias."""
    listed = _listed(room).get(user)
    for known in listed[:MOST] if isinstance(listed, list) else ():
        candidate = Room(room.client, room.account, str(known))
        if _serves(candidate):
            return candidate
    try:
        answer = room.client.call("GET", f"/directory/room/{quoted('#' + _alias(room, user) + ':' + _server(room.account))}")
    except InvalidTarget:
        return None
    return Room(room.client, room.account, str(answer["room_id"]))


def _make(room: Room, user: str) -> Room:
    body = {"preset": "trusted_private_chat", "is_direct": True, "invite": [user], "room_alias_name": _alias(room, user)}
    try:
        made = room.client.call("POST", "/createRoom", body=body, acts=True)
    except ContentRejected as error:
        found = find(room, user) if error.code == "M_ROOM_IN_USE" else None  # another worker was faster
        if found is None:
            raise
        return found
    _list(room, user, str(made["room_id"]))
    return Room(room.client, room.account, str(made["room_id"]))


def _listed(room: Room) -> dict[str, object]:
    try:
        return room.client.call("GET", _path(room))
    except InvalidTarget:  # the account has none yet
        return {}


def _list(room: Room, user: str, made: str) -> None:
    """For the account's other clients: they show the room as a private one."""
    listed = _listed(room)
    others = listed.get(user)
    room.client.call("PUT", _path(room), body={**listed, user: [made, *(others if isinstance(others, list) else ())]}, acts=True)


def _path(room: Room) -> str:
    return f"/user/{quoted(room.account)}/account_data/{DIRECT}"


def _serves(room: Room) -> bool:
    try:
        return room.state(ENCRYPTION) is None
    except PermissionDenied:  # the account has left it
        return False


def _membership(room: Room, user: str) -> str:
    event = room.state(MEMBER, user) or {}
    content = event.get("content", event)
    return str(content.get("membership", ""))


def _alias(room: Room, user: str) -> str:
    return ALIAS + hashlib.sha256(f"{room.account} {user}".encode()).hexdigest()[:16]


def _server(account: str) -> str:
    return account.partition(":")[2]
