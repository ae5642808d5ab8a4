"""Messages of the fake OneBot: segments and CQ codes (message/array.md, message/string.md), as much of them as the tests need."""

import re
from typing import Any

CODE = re.compile(r"\[CQ:(\w+),(\w+)=([^\],]*)\]")


def segments_of(message: str) -> list[dict[str, Any]]:
    """Words and [CQ:type,name=value] with one value: as much as the tests need."""
    found: list[dict[str, Any]] = []
    place = 0
    for code in CODE.finditer(message):
        found += [{"type": "text", "data": {"text": _plain(message[place : code.start()])}}] if code.start() > place else []
        found.append({"type": code[1], "data": {code[2]: _plain(code[3])}})
        place = code.end()
    return found + ([{"type": "text", "data": {"text": _plain(message[place:])}}] if place < len(message) else [])


def _plain(text: str) -> str:
    return text.replace("&#91;", "[").replace("&#93;", "]").replace("&#44;", ",").replace("&amp;", "&")


def codes_of(segments: list[dict[str, Any]]) -> str:
    """The same as a string (message/string.md)."""
    shown = []
    for segment in segments:
        data = {
            name: str(value).replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;") for name, value in segment["data"].items()
        }
        pairs = "".join(f",{name}={value.replace(',', '&#44;')}" for name, value in data.items())
        shown.append(data["text"] if segment["type"] == "text" else f"[CQ:{segment['type']}{pairs}]")
    return "".join(shown)


def text_of(segments: list[dict[str, Any]]) -> str:
    """What people read; what is not words stands as its type and value."""
    return "".join(
        str(segment["data"].get("text", ""))
        if segment["type"] == "text"
        else f"<{segment['type']} {''.join(map(str, segment['data'].values()))}>"
        for segment in segments
    )
