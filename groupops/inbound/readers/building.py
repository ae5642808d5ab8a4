"""What the readers of all formats do alike: a notice into an entry, a kind of medium into words, a field that must be there."""

from datetime import datetime
from typing import Any

from groupops.inbound.readers import notices
from groupops.inbound.readers.export import Entry, Unreadable
from groupops.messaging.adapter import EventKind

KINDS = {
    notices.JOIN: EventKind.JOINED,
    notices.REMOVED: EventKind.LEFT,
    notices.LEFT: EventKind.LEFT,
    notices.RENAME: EventKind.RENAMED,
}
# WeChat's numbers of message types; 49 holds links, files and quotations, which carry text of their own.
WECHAT = {3: "[图片]", 34: "[语音]", 42: "[名片]", 43: "[视频]", 47: "[表情]", 48: "[位置]", 50: "[通话]"}
WECHAT_SYSTEM = 10000


def notice(number: int, at: datetime, text: str) -> Entry | None:
    """The entry of a system notice; None for one that changes nothing here (a recall names no message, a red packet no person)."""
    found = notices.read(notices.from_template(text) if "<sysmsg" in text else text)
    if found.event not in KINDS:
        return None
    if found.event == notices.RENAME:
        return Entry(number, at, EventKind.RENAMED, by=found.by, text=found.names[0])
    return Entry(number, at, KINDS[found.event], people=found.names, by=found.by, text=found.event)


def records(value: Any, name: str, *, where: str = "") -> list[dict[str, Any]]:
    """`value[name]` as a list of objects. Raises Unreadable."""
    rows = value.get(name) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise Unreadable(f"“{name}” is not a list", where=where)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise Unreadable("this is not an object", where=f"{name} {number}")
    return rows


def text_of(row: dict[str, Any], name: str, *, where: str, needed: bool = False) -> str:
    """A field as text; a number is spelled, nothing is "". Raises Unreadable for another type, or where it is needed and missing."""
    value = row.get(name)
    if value is None or value == "":
        if needed:
            raise Unreadable(f"“{name}” is missing", where=where)
        return ""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise Unreadable(f"“{name}” is not a text", where=where)
    return str(value)
