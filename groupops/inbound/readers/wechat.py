"""Exports of WeChat: chatlog (JSON, CSV, TXT), WeChatMsg 留痕 (CSV, TXT), WeFlow and EchoTrace (JSON)."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from groupops.inbound.readers.building import WECHAT, WECHAT_SYSTEM, notice, records, text_of
from groupops.inbound.readers.export import Entry, Export, Setting, Unreadable, epoch, moment, names_to_ids

SYSTEM = ("系统消息", "SYSTEM")


def chatlog_json(value: Any, setting: Setting) -> Export:
    """sjzar/chatlog: a list of messages, or the body of its webhook."""
    rows = records({"messages": value} if isinstance(value, list) else value, "messages")
    entries, me = [], ""
    for number, row in enumerate(rows, 1):
        where = f"message {number}"
        at, sender = moment(text_of(row, "time", where=where, needed=True), setting, where=where), text_of(row, "sender", where=where)
        content = text_of(row, "content", where=where)
        if row.get("type") == WECHAT_SYSTEM or sender in SYSTEM:
            entries.append(notice(number, at, content))
            continue
        text = content or WECHAT.get(row.get("type", 0), "")
        name, key = text_of(row, "senderName", where=where), text_of(row, "seq", where=where)
        entries.append(Entry(number, at, sender=sender, name=name, text=text, message=key))
        me = sender if row.get("isSelf") is True else me
    title = text_of(rows[0], "talkerName", where="message 1") if rows else ""
    return _export("chatlog", title, entries, me=me)


def chatlog_csv(text: str, setting: Setting) -> Export:
    """sjzar/chatlog: Time, SenderName, Sender, TalkerName, Talker, Content."""
    entries, title = [], ""
    for line, row in _rows(text):
        where = f"line {line}"
        at, title = moment(row["Time"], setting, where=where), row["TalkerName"] or title
        if row["Sender"] in SYSTEM:
            entries.append(notice(line, at, row["Content"]))
        else:
            entries.append(Entry(line, at, sender=row["Sender"], name=row["SenderName"], text=_picture(row["Content"])))
    return _export("chatlog", title, entries)


_HEAD = re.compile(r"(?P<name>.+?)(?:\((?P<id>[^()]+)\))? (?P<time>(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)")


def begins_chatlog(line: str) -> bool:
    """Whether the first line of a file is one of chatlog's."""
    return bool(_HEAD.fullmatch(line))


def chatlog_txt(text: str, setting: Setting) -> Export:
    """sjzar/chatlog: `name(id) 09:01:10`, then the text, then an empty line. Times without a date need `setting.day`."""
    entries: list[Entry | None] = []
    me = ""
    for line, head, body in _blocks(text, _HEAD):
        where, written = f"line {line}", head["time"]
        if len(written) == len("09:00:05"):
            if not setting.day:
                raise Unreadable("the file says only times: tell the day of the chat, or export it as JSON or CSV", where=where)
            written = f"{setting.day} {written}"
        at, sender, name = moment(written, setting, where=where), head["id"] or "", head["name"]
        if name in SYSTEM:
            entries.append(notice(line, at, body))
            continue
        if sender == "我":
            sender, me = "", name
        entries.append(Entry(line, at, sender=sender, name=name, text=_picture(body)))
    return _export("chatlog", "", entries, me=me)


def memotrace_csv(text: str, setting: Setting) -> Export:
    """LC044/WeChatMsg: twelve columns, CreateTime in seconds, Sender only in groups."""
    entries, me = [], ""
    for line, row in _rows(text):
        at = epoch(row["CreateTime"], where=f"line {line}")
        kind, content = int(row["Type"]) if row["Type"].isdecimal() else 1, row["StrContent"]
        if kind == WECHAT_SYSTEM:
            entries.append(notice(line, at, content))
            continue
        sender = row["Sender"]
        name = row["NickName"] or row["Remark"]
        entries.append(Entry(line, at, sender=sender, name=name, text=WECHAT.get(kind, content), message=row["localId"]))
        me = sender if row["IsSender"] == "1" else me
    return _export("WeChatMsg", "", entries, me=me)


_MEMO = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d{1,2}:\d\d:\d\d) (?P<name>.+)")


def begins_memotrace(line: str) -> bool:
    """Whether the first line of a file is one of WeChatMsg's."""
    return bool(_MEMO.fullmatch(line))


def memotrace_txt(text: str, setting: Setting) -> Export:
    """LC044/WeChatMsg: `2026-11-20 09:01:10 name`, then the text; a notice stands on the line of its time."""
    entries: list[Entry | None] = []
    for line, head, body in _blocks(text, _MEMO):
        at, name = moment(head["time"], setting, where=f"line {line}"), head["name"]
        found = notice(line, at, name) if not body else None
        if found or not body:
            entries.append(found)
        else:
            entries.append(Entry(line, at, name=name, text=body.split("\n引用:", 1)[0]))
    return _export("WeChatMsg", "", entries)


def weflow(value: Any, setting: Setting) -> Export:
    """hicccc77/WeFlow and EchoTrace: `createTime` in seconds in files, in milliseconds from WeFlow's HTTP door."""
    entries, me = [], ""
    for number, row in enumerate(records(value, "messages"), 1):
        where = f"message {number}"
        at, content = epoch(row.get("createTime"), where=where), text_of(row, "content", where=where)
        if row.get("type") == "系统消息" or row.get("localType") == WECHAT_SYSTEM:
            entries.append(notice(number, at, content))
            continue
        sender, name = text_of(row, "senderUsername", where=where), text_of(row, "senderDisplayName", where=where)
        entries.append(Entry(number, at, sender=sender, name=name, text=content, message=text_of(row, "localId", where=where)))
        me = sender if row.get("isSend") == 1 else me
    session = value.get("session")
    title = text_of(session, "displayName", where="session") if isinstance(session, dict) else ""
    return _export("WeFlow" if "weflow" in value or "talker" in value else "EchoTrace", title, entries, me=me)


def _export(format: str, title: str, entries: list[Entry | None], *, me: str = "") -> Export:  # noqa: A002
    found = [entry for entry in entries if entry]
    return Export(format, title, found, ids=names_to_ids(found, {}), me=me)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV; a row with too few or too many cells is told by its line."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise Unreadable(f"it has not {len(reader.fieldnames or [])} columns", where=f"line {reader.line_num}")
            yield reader.line_num, row
    except csv.Error as error:
        raise Unreadable(str(error), where=f"line {reader.line_num}") from None


def _blocks(text: str, head: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str], str]]:
    """(line, match of the head, text below it) for every head of a text file; a text may hold empty lines."""
    found: re.Match[str] | None = None
    start, body = 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if match := head.fullmatch(line):
            if found:
                yield start, found, "\n".join(body).strip("\n")
            found, start, body = match, number, []
        elif found:
            body.append(line)
        elif line.strip():
            raise Unreadable("this is not the head of a message", where=f"line {number}")
    if found:
        yield start, found, "\n".join(body).strip("\n")


def _picture(text: str) -> str:
    return re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"[\1]", text)
