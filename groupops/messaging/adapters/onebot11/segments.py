"""The text of a message, of its segments or of its CQ codes: the words, and a sign for whatever is none.

Source: https://github.com/botuniverse/onebot-11, message/array.md, message/string.md (escapes) and message/segment.md (types).
"""

import re
from collections.abc import Iterator
from typing import Any

CODE = re.compile(r"\[CQ:([A-Za-z0-9_.-]{1,40})((?:,[^\[\],]*)*)\]")
ESCAPES = (("&#91;", "["), ("&#93;", "]"), ("&#44;", ","), ("&amp;", "&"))  # the ampersand last
ALL = "all"
# As QQ itself shows them in a list of chats.
SIGNS = {
    "face": "[表情]",
    "mface": "[表情]",
    "image": "[图片]",
    "record": "[语音]",
    "video": "[视频]",
    "file": "[文件]",
    "share": "[链接]",
    "json": "[卡片]",
    "xml": "[卡片]",
    "forward": "[聊天记录]",
    "location": "[位置]",
    "music": "[音乐]",
    "contact": "[名片]",
    "poke": "[戳一戳]",
    "shake": "[窗口抖动]",
    "rps": "[猜拳]",
    "dice": "[骰子]",
    "reply": "",
    "anonymous": "",
}
OTHER = "[消息]"
Segment = tuple[str, dict[str, Any]]


def text_of(message: Any) -> str:
    """The text of a message in either format; empty for anything else."""
    return "".join(_shown(kind, data) for kind, data in _segments(message)).strip()


def _segments(message: Any) -> Iterator[Segment]:
    if isinstance(message, str):
        yield from _codes(message)
    for segment in message if isinstance(message, list) else ():
        if isinstance(segment, dict):
            data = segment.get("data")
            yield str(segment.get("type")), data if isinstance(data, dict) else {}


def _codes(message: str) -> Iterator[Segment]:
    """A string of words and [CQ:type,name=value,…]."""
    place = 0
    for code in CODE.finditer(message):
        yield "text", {"text": _plain(message[place : code.start()])}
        pairs = (pair.partition("=") for pair in code[2].split(",")[1:])
        yield code[1], {name: _plain(value) for name, _sign, value in pairs}
        place = code.end()
    yield "text", {"text": _plain(message[place:])}


def _plain(text: str) -> str:
    for escape, sign in ESCAPES:
        text = text.replace(escape, sign)
    return text


def _shown(kind: str, data: dict[str, Any]) -> str:
    if kind == "text":
        return str(data.get("text") or "")
    if kind == "at":
        qq = str(data.get("qq") or "")
        return "@全体成员 " if qq == ALL else f"@{str(data.get('name') or qq).removeprefix('@')} "
    return SIGNS.get(kind, OTHER)
