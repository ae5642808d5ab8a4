"""Take a message away: a redaction, which the homeserver would accept for anything, there or not."""

from typing import Any

from groupops.messaging.adapter import Action, AlreadyDone, Found, InvalidTarget, Outcome, Resolution, Result
from groupops.messaging.adapters.matrix.client import quoted
from groupops.messaging.adapters.matrix.members import ALREADY
from groupops.messaging.adapters.matrix.pins import GONE
from groupops.messaging.adapters.matrix.room import KEY, Room


def redact(room: Room, action: Action) -> Outcome:
    """Raises AlreadyDone, InvalidTarget."""
    event = room.client.event(room.id, action.message)
    if event is None:
        raise InvalidTarget(GONE)
    if _redaction(event):
        raise AlreadyDone(ALREADY)
    path = f"/rooms/{quoted(room.id)}/redact/{quoted(action.message)}/{quoted(action.key)}"
    body = {KEY: action.key} | ({"reason": action.text} if action.text else {})
    return Outcome(Result.DONE, (str(room.client.call("PUT", path, body=body, acts=True).get("event_id", "")),))


def resolve(room: Room, action: Action) -> Resolution:
    """Whether the message is gone; what took it away is the proof."""
    by = _redaction(room.client.event(room.id, action.message) or {})
    return Resolution(Found.SENT, (by,)) if by else Resolution(Found.NOT_SENT)


def _redaction(event: dict[str, Any]) -> str:
    unsigned = event.get("unsigned") or {}
    because = unsigned.get("redacted_because") or event.get("redacted_because") or {}
    return str(because.get("event_id") or unsigned.get("redacted_by") or "")
