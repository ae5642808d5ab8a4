"""Open a file of unknown format: its encoding, which program wrote it, and that program's reader."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from groupops.inbound.readers import abroad, chatlab, qq, wechat
from groupops.inbound.readers.export import Export, Setting, Unreadable

LARGEST = 512 * 1024 * 1024  # bytes; a group of ten years stays below
HEAD = 2000  # characters that tell a text format
Reader = Callable[[Any, Setting], Export]
PROMISE = "ChatLab, chatlog, WeChatMsg, WeFlow, EchoTrace, QQ, QQChatExporter, Telegram, Discord, WhatsApp"


def read(path: Path, setting: Setting) -> Export:
    """Everything that a chat export tells, in order of time. Raises Unreadable, which names the place and the reason, and OSError."""
    if path.stat().st_size > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 1024 // 1024} MiB: export a shorter time")
    text = decode(path.read_bytes())
    found = _read(text, setting)
    if not found.entries:
        raise Unreadable("nothing is said in it")
    return replace(found, entries=sorted(found.entries, key=lambda entry: entry.at))  # stable: the same second stays as written


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with one, else GB18030, as Chinese desktop programs write. Raises Unreadable."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            problem = error
        else:
            if "\0" not in text:
                return text.replace("\r\n", "\n")
            raise Unreadable("it is not a text file")
    line = content.count(b"\n", 0, problem.start) + 1
    raise Unreadable(f"it is neither UTF-8 nor GB18030 (byte {problem.start})", where=f"line {line}")


def _read(text: str, setting: Setting) -> Export:
    head = text[:HEAD]
    if '"_type"' in head:  # remarks, and one object a line
        return chatlab.lines(text, setting)
    if head.lstrip()[:1] in {"{", "["} and (reader := _of_text(head)) is None:
        value = _parsed(text)
        return _of_json(value)(value, setting)
    reader = _of_text(head)
    if reader is None:
        raise Unreadable(f"it is none of the known formats: {PROMISE}", where="line 1")
    return reader(text, setting)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not JSON: {error.msg}", where=f"line {error.lineno}") from None
    except RecursionError:
        raise Unreadable("it is not JSON: too deeply nested") from None


def _of_json(value: Any) -> Reader:
    if isinstance(value, list):
        return wechat.chatlog_json
    marks: list[tuple[str, Reader]] = [
        ("chatlab", chatlab.document),
        ("chatInfo", qq.exporter_json),
        ("guild", abroad.discord_json),
        ("weflow", wechat.weflow),
        ("session", wechat.weflow),
        ("success", wechat.weflow),
        ("chats", abroad.telegram),
        ("type", abroad.telegram),
        ("lastTime", wechat.chatlog_json),
    ]
    for mark, reader in marks:
        if mark in value:
            return reader
    raise Unreadable(f"it is none of the known formats: {PROMISE}")


def _of_text(head: str) -> Reader | None:
    first = head.lstrip().split("\n", 1)[0]
    for start, reader in STARTS.items():
        if first.startswith(start):
            return reader
    for begins, reader in HEADS:
        if begins(first):
            return reader
    return None


STARTS: dict[str, Reader] = {
    "Time,SenderName,Sender,": wechat.chatlog_csv,
    "localId,TalkerId,": wechat.memotrace_csv,
    "AuthorID,": abroad.discord_csv,
    "[QQChatExporter": qq.exporter_txt,
    "消息记录": qq.manager_txt,
}
HEADS: list[tuple[Callable[[str], bool], Reader]] = [
    (abroad.begins_whatsapp, abroad.whatsapp),
    (wechat.begins_memotrace, wechat.memotrace_txt),
    (wechat.begins_chatlog, wechat.chatlog_txt),
]
