"""Exports of Telegram Desktop, DiscordChatExporter and WhatsApp."""

import csv
import io
import re
from datetime import datetime
from typing import Any

from groupops.inbound.readers.building import records, text_of
from groupops.inbound.readers.export import Entry, Export, Setting, Unreadable, epoch, moment, names_to_ids
from groupops.messaging.adapter import EventKind

JOINS = ("invite_members", "join_group_by_link", "join_group_by_request")


def telegram(value: Any, setting: Setting) -> Export:
    """Telegram Desktop, one chat or the whole account with one chat in it. A text may be a list of pieces."""
    chats = value.get("chats")
    if isinstance(chats, dict):
        listed = records(chats, "list")
        if len(listed) != 1:
            raise Unreadable(f"it holds {len(listed)} chats: export the group alone")
        value = listed[0]
    entries = [entry for number, row in enumerate(records(value, "messages"), 1) if (entry := _telegram(number, row))]
    return Export("Telegram", text_of(value, "name", where="chat"), entries, ids=names_to_ids(entries, {}))


def _telegram(number: int, row: dict[str, Any]) -> Entry | None:
    where = f"message {number}"
    at = epoch(row.get("date_unixtime"), where=where)
    if row.get("type") == "service":
        return _telegram_service(number, at, row, where)
    text = _pieces(row.get("text"))
    if not text:
        text = "[图片]" if "photo" in row else f"[{row.get('media_type', '文件')}]" if "file" in row else ""
    sender, name = text_of(row, "from_id", where=where, needed=True), text_of(row, "from", where=where)
    return Entry(number, at, sender=sender, name=name, text=text, message=text_of(row, "id", where=where))


def _telegram_service(number: int, at: datetime, row: dict[str, Any], where: str) -> Entry | None:
    action, actor = row.get("action"), text_of(row, "actor", where=where)
    members = tuple(str(name) for name in row.get("members") or [] if name)
    if action in JOINS:
        return Entry(number, at, EventKind.JOINED, people=members or (actor,), by=actor if members else "", text="join")
    if action == "remove_members":
        how = "left" if members == (actor,) else "removed"
        return Entry(number, at, EventKind.LEFT, people=members, by=actor if how == "removed" else "", text=how)
    if action == "edit_group_title":
        return Entry(number, at, EventKind.RENAMED, by=actor, text=text_of(row, "title", where=where))
    return None


def _pieces(text: Any) -> str:
    if isinstance(text, list):
        return "".join(piece if isinstance(piece, str) else str(piece.get("text", "")) for piece in text if isinstance(piece, (str, dict)))
    return text if isinstance(text, str) else ""


def discord_json(value: Any, setting: Setting) -> Export:
    """Tyrrrz/DiscordChatExporter; a join is a message of the kind GuildMemberJoin."""
    entries = []
    for number, row in enumerate(records(value, "messages"), 1):
        where, author = f"message {number}", row.get("author")
        if not isinstance(author, dict):
            raise Unreadable("“author” is not an object", where=where)
        at = moment(text_of(row, "timestamp", where=where, needed=True), setting, where=where)
        sender, name = text_of(author, "id", where=where, needed=True), text_of(author, "nickname", where=where)
        if row.get("type") == "GuildMemberJoin":
            entries.append(Entry(number, at, EventKind.JOINED, sender=sender, name=name, text="join"))
            continue
        text = text_of(row, "content", where=where) or "[图片]" * bool(row.get("attachments"))
        entries.append(Entry(number, at, sender=sender, name=name, text=text, message=text_of(row, "id", where=where)))
    channel = value.get("channel")
    title = text_of(channel, "name", where="channel") if isinstance(channel, dict) else ""
    return Export("Discord", title, entries, ids=names_to_ids(entries, {}))


def discord_csv(text: str, setting: Setting) -> Export:
    """AuthorID, Author, Date, Content, Attachments, Reactions; a join can be told only by its wording."""
    entries, reader = [], csv.DictReader(io.StringIO(text, newline=""))
    for row in reader:
        where = f"line {reader.line_num}"
        if None in row.values():
            raise Unreadable("it has too few columns", where=where)
        at, joined = moment(row["Date"], setting, where=where), row["Content"] == "Joined the server."
        entries.append(
            Entry(
                reader.line_num,
                at,
                EventKind.JOINED if joined else EventKind.MESSAGE,
                sender=row["AuthorID"],
                name=row["Author"],
                text="join" if joined else row["Content"] or "[图片]" * bool(row["Attachments"]),
            )
        )
    return Export("Discord", "", entries, ids=names_to_ids(entries, {}))


_MARKS = re.compile("[\u200e\u200f\u202a-\u202f]")
_ANDROID = re.compile(r"(?P<date>\d{4}/\d{1,2}/\d{1,2}),? (?P<time>\d{1,2}:\d\d) - (?P<rest>.*)", re.DOTALL)
_IOS = re.compile(r"\[(?P<date>\d{1,2}/\d{1,2}/\d{4}), (?P<time>\d{1,2}:\d\d:\d\d)\s?(?P<half>[AP]M)?\] (?P<rest>.*)", re.DOTALL)
_SAID = re.compile(r"(?P<name>[^:]{1,60}): (?P<text>.*)", re.DOTALL)
_ADDED = re.compile(r"(?P<by>.+?)\s?(?:添加了|added )(?P<names>.+)")
_LEFT = re.compile(r"(?P<names>.+?)(?:已?退出了?(?:群组)?| left)")
_CIPHER = ("end-to-end encrypted", "端到端加密")
_GONE = ("这条消息已删除", "This message was deleted.", "此消息已删除")


def whatsapp(text: str, setting: Setting) -> Export:
    """WhatsApp's "export chat" of Android (to the minute) and iOS (day first), with its invisible marks. It keeps no ids."""
    entries = []
    for line, block in _whatsapp_blocks(_MARKS.sub("", text)):
        found = _ANDROID.fullmatch(block) or _IOS.fullmatch(block)
        if found and (entry := _whatsapp(line, found, setting)):
            entries.append(entry)
    return Export("WhatsApp", "", entries)


def begins_whatsapp(line: str) -> bool:
    """Whether the first line of a file is one of WhatsApp's."""
    plain = _MARKS.sub("", line)
    return bool(_ANDROID.fullmatch(plain) or _IOS.fullmatch(plain))


def _whatsapp_blocks(text: str) -> list[tuple[int, str]]:
    blocks: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if _ANDROID.fullmatch(line) or _IOS.fullmatch(line):
            blocks.append((number, line))
        elif blocks:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]}\n{line}")
        elif line.strip():
            raise Unreadable("this is not the head of a message", where=f"line {number}")
    return blocks


def _whatsapp(line: int, found: re.Match[str], setting: Setting) -> Entry | None:
    at = _whatsapp_moment(found, setting, f"line {line}")
    if said := _SAID.fullmatch(found["rest"]):
        silent = said["text"].strip() in _GONE or any(words in said["text"] for words in _CIPHER)
        return None if silent else Entry(line, at, name=said["name"], text=said["text"])
    if added := _ADDED.fullmatch(found["rest"]):
        return Entry(line, at, EventKind.JOINED, people=tuple(re.split(r"、|, ", added["names"])), by=added["by"], text="join")
    if left := _LEFT.fullmatch(found["rest"]):
        return Entry(line, at, EventKind.LEFT, people=(left["names"],), text="left")
    return None


def _whatsapp_moment(found: re.Match[str], setting: Setting, where: str) -> datetime:
    parts = [int(part) for part in found["date"].split("/")]
    year, month, day = parts if parts[0] > 31 else reversed(parts)
    hour, *rest = (int(part) for part in found["time"].split(":"))
    if half := found.groupdict().get("half"):
        hour = hour % 12 + 12 * (half == "PM")
    clock = ":".join(f"{part:02}" for part in (hour, *rest))
    return moment(f"{year:04}-{month:02}-{day:02} {clock}", setting, where=where)
