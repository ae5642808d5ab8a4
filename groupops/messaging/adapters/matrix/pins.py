"""Pinned messages and announcements: an announcement is the room's topic and a pinned message, in the place of the last one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    Action,
    AlreadyDone,
    ContentRejected,
    Found,
    InvalidTarget,
    Operation,
    Outcome,
    Resolution,
    Result,
)
from groupops.messaging.adapters.matrix.powers import PINNED, TOPIC
from groupops.messaging.adapters.matrix.room import Edit, Room

ANNOUNCED = "org.groupops.announcement"  # of the pinned events' content: which of them is our announcement
GONE = _("The message is not in the room.")
TOO_LONG = _("The text is too long for an announcement.")
Doing = tuple[str, Callable[[], str]]  # key, and what is done under it; gives the id of an event


def announce(room: Room, action: Action) -> Outcome:
    """Say it, pin it, make it the topic. Raises PermissionDenied before anything is done."""
    room.demand(Operation.ANNOUNCE)
    said: list[str] = []
    steps: list[Doing] = [
        (action.key, lambda: room.say(action.key, action.text)),
        (f"{action.key}-pin", lambda: room.edit(PINNED, _pinned(said[0], announces=True), key=f"{action.key}-pin")),
        (f"{action.key}-topic", lambda: room.set(TOPIC, {"topic": action.text}, key=f"{action.key}-topic")),
    ]
    return _done(room, action, steps, said)


def pin(room: Room, action: Action) -> Outcome:
    """Pin a message that is there, or say it and pin it."""
    room.demand(Operation.PIN)
    if action.message and room.client.event(room.id, action.message) is None:
        raise InvalidTarget(GONE)
    if action.message and action.message in _list(_content(room)):
        raise AlreadyDone(_("It is pinned already."))
    said: list[str] = []
    tell: list[Doing] = [] if action.message else [(action.key, lambda: room.say(action.key, action.text))]
    put = (f"{action.key}-pin", lambda: room.edit(PINNED, _pinned(action.message or said[0]), key=f"{action.key}-pin"))
    return _done(room, action, [*tell, put], said)


def resolve(room: Room, action: Action) -> Resolution:
    """Whether every step is in the room's history."""
    if action.message and action.message in _list(_content(room)):
        return Resolution(Found.SENT, (action.message,))
    wanted = _keys(action)
    seen = room.seen(action, wanted)
    if all(key in seen for key in wanted):
        return Resolution(Found.SENT, _ids([seen[key] for key in wanted], action))
    return Resolution(Found.NOT_SENT)


def _keys(action: Action) -> list[str]:
    said = [] if action.message else [action.key]
    topic = [f"{action.key}-topic"] if action.operation == Operation.ANNOUNCE else []
    return [*said, f"{action.key}-pin", *topic]


def _done(room: Room, action: Action, steps: Sequence[Doing], said: list[str]) -> Outcome:
    """Every step that an earlier try has not done. Whatever fails in between, the retry goes on where this one ended."""
    earlier = room.earlier(action, *(key for key, _do in steps))
    for key, do in steps:
        said.append(earlier[key] if key in earlier else do())
    return Outcome(Result.DONE, _ids(said, action))


def _ids(events: Sequence[str], action: Action) -> tuple[str, ...]:
    """The events' ids, that of the message last: it is the one that the receipt shows and that can be recalled."""
    message, *others = [action.message, *events] if action.message else events
    return (*others, message)


def _pinned(message: str, *, announces: bool = False) -> Edit:
    """Add a message to those that are pinned; a new announcement takes the place of ours before."""

    def edit(content: Mapping[str, Any]) -> dict[str, Any] | None:
        now = _list(content)
        if message in now:
            return None
        last = content.get(ANNOUNCED) if announces else None
        marked = {ANNOUNCED: message} if announces else {}
        return {**content, "pinned": [*(event for event in now if event != last), message], **marked}

    return edit


def _content(room: Room) -> Mapping[str, Any]:
    event = room.state(PINNED) or {}
    content: Mapping[str, Any] = event.get("content", event)
    return content


def _list(content: Mapping[str, Any]) -> list[str]:
    found = content.get("pinned")
    return [str(event) for event in found] if isinstance(found, list) else []


def fitting(action: Action, longest: int, size: Callable[[str], int]) -> None:
    """Raise ContentRejected for a text that does not fit into one event: a topic has no parts."""
    if size(action.text) > longest:
        raise ContentRejected(TOO_LONG)
