"""System notices of WeChat and QQ as what they tell: who joined, was removed, renamed the group or recalled something.

Their wording is the platforms'; the expected readings are in the tests. A name may itself hold a quotation mark, so a quoted name
ends only where the words after it say so.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from groupops.inbound.readers.export import ME

JOIN, REMOVED, LEFT, RENAME, RECALL, OTHER = "join", "removed", "left", "rename", "recall", "other"
LONGEST = 1000  # characters; a longer text is no notice, and would make the patterns slow
_TAIL = re.compile(r"\s*\$revoke\$\s*$")
_ID = re.compile(r"\((?:wxid_\w+|\w+@\w+|[a-zA-Z][\w-]{5,19})\)$")  # 张三(wxid_owner01), as chatlog writes names


@dataclass(frozen=True)
class Notice:
    """`names` are those it is about (the new name of the group for a rename), `by` who did it, "" where it does not say."""

    event: str
    names: tuple[str, ...] = ()
    by: str = ""


_Q = r'["“](.+)["”]'  # greedy: the last quotation mark that still lets the rest match
_PATTERNS: list[tuple[str, str]] = [
    (JOIN, rf"(?P<me_by>你)邀请{_Q}加入了群聊"),
    (JOIN, rf'["“](?P<by>.+?)["”]邀请(?P<me>你)和{_Q}加入了群聊'),
    (JOIN, r'["“](?P<by>.+)["”]邀请(?P<me>你)加入了群聊.*'),
    (JOIN, rf'["“](?P<by>.+)["”]邀请{_Q}加入了群聊'),
    (JOIN, rf"{_Q}通过扫描(?P<me_by>你)分享的二维码加入群聊"),
    (JOIN, rf'{_Q}通过扫描["“](?P<by>.+)["”]分享的二维码加入群聊'),
    (JOIN, r"(?P<by>.+) invited (?P<plain>.+) to the group chat"),
    (JOIN, rf'{_Q} joined the group chat via the QR Code shared by ["“](?P<by>.+)["”]'),
    (JOIN, r"(?P<plain>.+)加入本群。?"),
    (REMOVED, rf"(?P<me_by>你)将{_Q}移出了群聊"),
    (REMOVED, rf'["“](?P<by>.+?)["”]将{_Q}移出了群聊'),
    (REMOVED, r'(?P<me>你)被["“](?P<by>.+)["”]移出群聊'),
    (REMOVED, rf"(?P<me_by>You) removed {_Q} from the group chat"),
    (LEFT, rf"{_Q}退出了群聊"),
    (LEFT, r"(?P<plain>.+)退出本群。?"),
    (RENAME, r"(?P<me_by>你)修改群名为[“\"](?P<title>.+)[”\"]"),
    (RENAME, r'["“](?P<by>.+?)["”]修改群名为[“"](?P<title>.+)[”"]'),
    (RECALL, r"(?P<me_by>你)撤回了一条消息"),
    (RECALL, r'["“]?(?P<by>.+?)["”]?\s?撤回了一条消息'),
]
PATTERNS = [(event, re.compile(pattern)) for event, pattern in _PATTERNS]


def read(content: str) -> Notice:
    """What a notice says; `other` where it is none of the known ones."""
    text = "" if len(content) > LONGEST else _TAIL.sub("", content).strip()
    for event, pattern in PATTERNS:
        if found := pattern.fullmatch(text):
            return _notice(event, found)
    return Notice(OTHER)


def _notice(event: str, found: re.Match[str]) -> Notice:
    named = found.groupdict()
    by = ME if named.get("me_by") else _name(named.get("by") or "")
    if event == RENAME:
        return Notice(event, (named["title"],), by)
    if event == RECALL:
        return Notice(event, (), by)
    quoted = [text for text in _unnamed(found) if text]
    listed = [_name(name) for text in [*quoted, named.get("plain") or ""] for name in text.split("、") if name]
    return Notice(event, tuple([ME] * bool(named.get("me")) + listed), by)


def _unnamed(found: re.Match[str]) -> list[str | None]:
    named = set(found.re.groupindex.values())
    return [found[number] for number in range(1, (found.re.groups or 0) + 1) if number not in named]


def _name(text: str) -> str:
    return _ID.sub("", text.strip()).strip()


def from_template(xml: str) -> str:
    """A raw WeChat sysmsg template with its links filled in, as the notice a person reads; "" where it is none."""
    try:
        root = ET.fromstring(xml[xml.index("<sysmsg") :])  # noqa: S314  (expat refuses entity bombs; nothing external is read)
    except (ValueError, ET.ParseError):
        return ""
    text = root.findtext(".//template") or ""
    for link in root.iterfind(".//link"):
        names = [member.findtext("nickname") or member.findtext("username") or "" for member in link.iterfind(".//member")]
        text = text.replace(f"${link.get('name')}$", (link.findtext("separator") or "、").join(names))
    return text
