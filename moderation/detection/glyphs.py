"""Tables of characters: traditional to simplified, look-alikes, how a character is read."""

from functools import cache, lru_cache

from opencc import OpenCC
from pypinyin import Style
from pypinyin.constants import PINYIN_DICT
from pypinyin.style import convert

_ALIKE = {  # Cyrillic, Greek and others that are written for a Latin letter
    "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "ѵ": "v",
    "α": "a", "β": "b", "ν": "v", "ο": "o", "ρ": "p", "υ": "u", "χ": "x", "κ": "k", "τ": "t", "ι": "i", "ѕ": "s", "і": "i", "ј": "j",
    "ɡ": "g", "ʟ": "l", "ɪ": "i", "ᴠ": "v", "ᴡ": "w", "ᴀ": "a", "ᴇ": "e", "ᴏ": "o", "ᴛ": "t", "ᴜ": "u", "〇": "零",
}  # fmt: skip
_ALIKE_SIGNS = {"✌": "v", "☑": "v", "✓": "v", "✔": "v", "🐧": "q", "➕": "加", "✚": "加", "✙": "加"}


def _enclosed() -> dict[str, str]:
    """Letters in squares and on flags, which NFKC leaves alone."""
    made: dict[str, str] = {}
    for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):
        made |= {chr(first + at): chr(ord("a") + at) for at in range(26)}
    return made | {"🆎": "ab", "🆗": "ok", "🆓": "free", "🆕": "new", "🆔": "id", "🆑": "cl", "🆚": "vs"}


CONFUSED = _ALIKE | _ALIKE_SIGNS | _enclosed() | {chr(0x2776 + at): str(at + 1) for at in range(9)}  # ❶ …


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplified(character: str) -> str:
    """The simplified form of one character; itself where there is none."""
    if character < "⺀":
        return character
    made: str = _converter().convert(character)
    return made if len(made) == 1 else character


@cache
def reading(character: str) -> str:
    """How an ideograph is read, without its tone; nothing for anything else."""
    known = PINYIN_DICT.get(ord(character), "")
    return str(convert(known.split(",")[0], Style.NORMAL, strict=False)) if known else ""
