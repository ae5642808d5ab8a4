"""The exchange format of ChatLab 0.0.2, as one JSON document or as JSON Lines."""

import json
from typing import Any

from groupops.inbound.readers.building import notice, records, text_of
from groupops.inbound.readers.export import Entry, Export, Setting, Unreadable, epoch, names_to_ids

NOTICES = (80, 81)  # system, recall
MEDIA = {1: "[图片]", 2: "[语音]", 3: "[视频]", 4: "[文件]", 5: "[表情]", 7: "[链接]", 8: "[位置]"}


def document(value: Any, setting: Setting) -> Export:
    """{"chatlab", "meta", "members", "messages"}."""
    return _export(value, records(value, "members"), list(enumerate(records(value, "messages"), 1)), "message")


def lines(text: str, setting: Setting) -> Export:
    """A header, then members, then messages, one a line; lines that begin with # are remarks."""
    header: dict[str, Any] = {}
    members, messages = list[dict[str, Any]](), list[tuple[int, dict[str, Any]]]()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = _row(number, line)
        match row.get("_type"):
            case "header":
                header = row
            case "member":
                members.append(row)
            case "message":
                messages.append((number, row))
            case other:
                raise Unreadable(f"“_type” {str(other)[:40]} is none of header, member, message", where=f"line {number}")
    return _export(header, members, messages, "line")


def _row(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON", where=f"line {number}") from None
    if not isinstance(row, dict):
        raise Unreadable("it is not a JSON object", where=f"line {number}")
    return row


def _export(head: Any, members: list[dict[str, Any]], messages: list[tuple[int, dict[str, Any]]], unit: str) -> Export:
    entries = [entry for number, row in messages if (entry := _entry(number, row, f"{unit} {number}"))]
    listed = {}
    for number, member in enumerate(members, 1):
        where = f"member {number}"
        for name in ("accountName", "groupNickname"):
            listed[text_of(member, name, where=where)] = text_of(member, "platformId", where=where, needed=True)
    meta = head.get("meta")
    title = text_of(meta, "name", where="meta") if isinstance(meta, dict) else ""
    return Export("ChatLab", title, entries, ids=names_to_ids(entries, listed))


def _entry(number: int, row: dict[str, Any], where: str) -> Entry | None:
    at, content, kind = epoch(row.get("timestamp"), where=where), text_of(row, "content", where=where), row.get("type")
    if kind in NOTICES:
        return notice(number, at, content)
    name = text_of(row, "groupNickname", where=where) or text_of(row, "accountName", where=where)
    sender, key = text_of(row, "sender", where=where, needed=True), text_of(row, "platformMessageId", where=where)
    return Entry(number, at, sender=sender, name=name, text=content or MEDIA.get(kind or 0, ""), message=key)
