"""The JSON in which GroupOps itself takes pushed events: {"events": [{"key", "kind", "group", "at", …}]}, every field checked.

docs/reference/inbound.md describes it for people. Used by the memory adapter; signing is groupops.messaging.signing.
"""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import ContentRejected, Event, EventKind
from groupops.shared import intake

MOST_EVENTS = 1000  # of one request
ID_WIDTH = 255
REQUIRED = ("key", "kind", "group", "at")
IDS = ("key", "group", "user", "operator", "message", "reply_to")
TEXTS = ("user_name", "text", "how")
KNOWN = {*REQUIRED, *IDS, *TEXTS, "own"}
LATEST = 253402300799  # Unix seconds of the year 9999


def events(body: bytes) -> list[Event]:
    """The events of a pushed body. Raises ContentRejected, with a line that says what is wrong with which field."""
    try:
        content = intake.read_json(body)
    except intake.Unreadable:
        raise ContentRejected(_("The body is not JSON in UTF-8.")) from None
    items = content.get("events") if isinstance(content, dict) else None
    if not isinstance(items, list):
        raise ContentRejected(_("The body must be an object with a list named events."))
    if len(items) > MOST_EVENTS:
        raise ContentRejected(_("The request holds too many events; send them in several."))
    return [_event(item) for item in items]


def _event(item: Any) -> Event:
    if not isinstance(item, dict) or set(item) - KNOWN or not all(item.get(name) not in (None, "") for name in REQUIRED):
        raise ContentRejected(_("An event must have key, kind, group and at, and no unknown fields."))
    values = {name: _text(item.get(name, "")) for name in (*IDS, *TEXTS)}
    if any(len(values[name]) > ID_WIDTH for name in IDS):
        raise ContentRejected(_("An id is longer than 255 characters."))
    return Event(kind=_kind(item["kind"]), occurred_at=_time(item["at"]), own=item.get("own") is True, raw=item, **values)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ContentRejected(_("Ids and texts must be strings."))
    return value


def _kind(value: Any) -> EventKind:
    try:
        return EventKind(value)
    except ValueError:
        raise ContentRejected(_("The kind of an event is unknown.")) from None


def _time(value: Any) -> datetime:
    """ISO 8601 with its offset, or Unix seconds."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= LATEST:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError):
        pass  # refused below, like every other
    raise ContentRejected(_("A time must be ISO 8601 with its offset, or Unix seconds."))
