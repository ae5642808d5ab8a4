"""Exports of QQ: the desktop's 消息管理器 (TXT) and QQChatExporter V4 and V5 (JSON, TXT)."""

import re
from typing import Any

from groupops.inbound.readers.building import notice, records, text_of
from groupops.inbound.readers.export import Entry, Export, Setting, Unreadable, epoch, moment, names_to_ids

SYSTEM_ID = "10000"
_HEAD = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d{1,2}:\d\d:\d\d) (?:【[^】]*】)?(?P<name>.*?)(?:\((?P<id>\d+)\)|<(?P<mail>[^<>]+)>)")
_TITLE = re.compile(r"(?:消息对象|聊天名称):\s*(.+)")
MEDIA = {"image": "[图片]", "video": "[视频]", "audio": "[语音]", "file": "[文件]", "face": "[表情]"}


def manager_txt(text: str, setting: Setting) -> Export:
    """`2026-11-20 9:01:10 【群主】张三(10001)`, then the text; the hour has no zero before it. Members may be known by mail."""
    entries: list[Entry] = []
    head: tuple[int, re.Match[str]] | None = None
    body: list[str] = []
    for number, line in enumerate([*text.splitlines(), None], 1):
        found = _HEAD.fullmatch(line) if line is not None else None
        if head and (found or line is None) and (entry := _manager_entry(*head, "\n".join(body).strip("\n"), setting)):
            entries.append(entry)
        if found:
            head, body = (number, found), []
        elif line is not None:
            body.append(line)
    if not head:
        raise Unreadable("no line of it is the head of a message")
    return Export("QQ", _title(text), entries, ids=names_to_ids(entries, {}))


def _manager_entry(number: int, head: re.Match[str], text: str, setting: Setting) -> Entry | None:
    at = moment(head["time"], setting, where=f"line {number}")
    if head["id"] == SYSTEM_ID or notice_only(text, head["name"]):
        return notice(number, at, text)
    return Entry(number, at, sender=head["id"] or head["mail"], name=head["name"], text=text)


def notice_only(text: str, name: str) -> bool:
    """Whether a text under a person's head is the program's own: that they recalled something."""
    return text == f"{name}撤回了一条消息"


def exporter_json(value: Any, setting: Setting) -> Export:
    """QQChatExporter: V5 writes milliseconds and marks what is the system's; V4 writes ISO times and keeps the name of the group card."""
    entries = [entry for number, row in enumerate(records(value, "messages"), 1) if (entry := _exporter_entry(number, row, setting))]
    chat = value.get("chatInfo")
    chat = chat if isinstance(chat, dict) else {}
    me = text_of(chat, "selfUin", where="chatInfo")
    return Export("QQChatExporter", text_of(chat, "name", where="chatInfo"), entries, ids=names_to_ids(entries, {}), me=me)


def _exporter_entry(number: int, row: dict[str, Any], setting: Setting) -> Entry | None:
    where, stamp = f"message {number}", row.get("timestamp")
    at = moment(stamp, setting, where=where) if isinstance(stamp, str) and ":" in stamp else epoch(stamp, where=where)
    content, sender = row.get("content"), row.get("sender")
    if not isinstance(content, dict) or not isinstance(sender, dict):
        raise Unreadable("“content” or “sender” is not an object", where=where)
    text = text_of(content, "text", where=where)
    if row.get("system") or row.get("isSystemMessage"):
        return notice(number, at, text)
    raw = row.get("rawMessage")
    card = text_of(raw, "sendMemberName", where=where) if isinstance(raw, dict) else ""
    return Entry(
        number,
        at,
        sender=text_of(sender, "uin", where=where) or text_of(sender, "uid", where=where, needed=True),
        name=card or text_of(sender, "name", where=where),
        text=text or _medium(content),
        message=text_of(row, "id", where=where) or text_of(row, "messageId", where=where),
        recalled=bool(row.get("recalled") or row.get("isRecalled")),
    )


def _medium(content: dict[str, Any]) -> str:
    kinds = [part.get("type") for part in content.get("resources") or [] if isinstance(part, dict)]
    return " ".join(MEDIA.get(str(kind), "[文件]") for kind in kinds)


_EXPORTER = re.compile(r"(?P<name>[^\n]+):\n时间: (?P<time>\d{4}-\d\d-\d\d \d{1,2}:\d\d:\d\d)\n内容: ?")


def exporter_txt(text: str, setting: Setting) -> Export:
    """QQChatExporter V5: `name:`, `时间: …`, `内容: …`. It keeps no ids."""
    heads = list(_EXPORTER.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    entries = []
    for head, end in zip(heads, ends, strict=True):
        line = text.count("\n", 0, head.start()) + 1
        at = moment(head["time"], setting, where=f"line {line}")
        entries.append(Entry(line, at, name=head["name"], text=text[head.end() : end].strip("\n")))
    if not entries:
        raise Unreadable("no message stands in it")
    return Export("QQChatExporter", _title(text), entries)


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return found[1].strip() if found else ""
