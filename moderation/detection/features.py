"""What a model sees of texts: pieces of one to six characters in several views, hashed into numbered columns. All texts at once, in numpy.

raw: as written. normal: as meant. tight: without gaps. pairs: two characters that stand near each other. shape: what sort each
character is (common, rare or very rare ideograph, digit, letter, sign, emoji, hidden …). outline: the shape with runs made one.
sound: how it is read. marks: length, shares, contacts. cues: what adverts are made of (cues.py).
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.detection.cues import cues
from moderation.detection.glyphs import reading
from moderation.detection.normal import normal

Array = npt.NDArray[Any]
Pieces = tuple[Array, Array]  # documents and their columns, sorted, each pair once

BITS = 19  # of a column's number within its view
WIDTH = 1 << BITS
LONGEST = 2_000  # characters of a text that are looked at
_BREAK = "\ue000"  # between two texts; no text keeps it
_MIX = np.uint64(0x9E3779B97F4A7C15)
_GAPS = re.compile(rf"[^\w{_BREAK}]|_")
_CONTACTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\d{5,}", r"https?:|t\.me|www\.|\.(?:com|top|cn|xyz|vip|cc)\b", r"@\w{4,}", r"[v薇威微][x信]?\s*:?\s*\w{5,}",
        r"[q扣口]{1,2}\s*:?\d{5,}", r"1[3-9]\d{9}", r"\d+\s*(?:元|块|r\b|u\b|¥|\$)", r"[加看点戳].{0,2}[名头签我主]",
    )
)  # fmt: skip


def pieces(texts: Sequence[str]) -> dict[str, Pieces]:
    """Each view's columns of each text."""
    raw = _BREAK.join(text[:LONGEST].replace(_BREAK, "") for text in texts)
    meant = _BREAK.join(map(normal, raw.split(_BREAK)))
    shape = _codes(raw.translate(_SHAPES))
    tight = _unrepeated(_codes(_GAPS.sub("", meant)))
    views = {
        "raw": _grams(_codes(raw), 1, 3),
        "normal": _grams(_codes(meant), 1, 4),
        "tight": _grams(tight, 1, 4),
        "pairs": _pairs(tight),
        "shape": _grams(shape, 1, 6),
        "outline": _grams(_runs(shape), 1, 6),
        "sound": _grams(_sounds(tight), 1, 4),
    }
    return views | {"marks": _marks(raw, meant, shape, len(texts)), "cues": _cues(meant)}


VIEWS = ("raw", "normal", "tight", "pairs", "shape", "outline", "sound", "marks", "cues")  # a model that is kept knows the first of them


def _codes(text: str) -> Array:
    """The characters as numbers, with a break before the first and after the last text."""
    return np.frombuffer(f"{_BREAK}{text}{_BREAK}".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _grams(codes: Array, least: int, most: int) -> Pieces:
    """Pieces of `least` to `most` characters; a break can begin or end one, so that starts and ends of texts are seen."""
    breaks = np.flatnonzero(codes == ord(_BREAK))
    at = np.arange(len(codes) - 1)
    following = np.searchsorted(breaks, at, side="right")
    document, last = following - 1, breaks[following]
    hashed, keys = np.full(len(at), _MIX), []
    for length in range(1, most + 1):
        fits = at + length - 1 <= last
        at, document, last, hashed = at[fits], document[fits], last[fits], hashed[fits]
        hashed = (hashed ^ codes[at + length - 1]) * _MIX
        hashed ^= hashed >> np.uint64(29)
        if length >= least:
            keys.append(document << BITS | ((hashed * _MIX) >> np.uint64(64 - BITS)).astype(np.int64))
    return _once(np.concatenate(keys))


def _pairs(codes: Array) -> Pieces:
    """Two characters of a text that stand two to six apart: what goes together, whatever stands between."""
    breaks = np.flatnonzero(codes == ord(_BREAK))
    at = np.arange(len(codes) - 1)
    following = np.searchsorted(breaks, at, side="right")
    document, last, keys = following - 1, breaks[following], []
    for apart in range(2, 7):
        fits = at + apart <= last
        hashed = (codes[at[fits]] * _MIX ^ codes[at[fits] + apart]) * _MIX
        hashed ^= hashed >> np.uint64(29)
        keys.append(document[fits] << BITS | ((hashed * _MIX) >> np.uint64(64 - BITS)).astype(np.int64))
    return _once(np.concatenate(keys))


def _once(keys: Array) -> Pieces:
    """Documents and columns, each pair once."""
    keys.sort()  # np.unique hashes, which takes five times as long
    keys = keys[np.r_[True, keys[1:] != keys[:-1]]] if len(keys) else keys
    return keys >> BITS, keys & (WIDTH - 1)


def _runs(codes: Array) -> Array:
    """Equal neighbours made one."""
    kept: Array = codes[np.r_[True, (codes[1:] != codes[:-1]) | (codes[1:] == ord(_BREAK))]]
    return kept


def _unrepeated(codes: Array) -> Array:
    """No character more than twice in a row."""
    if len(codes) < 3:
        return codes
    thrice = (codes[2:] == codes[1:-1]) & (codes[2:] == codes[:-2]) & (codes[2:] != ord(_BREAK))
    kept: Array = codes[~np.r_[False, False, thrice]]
    return kept


class _Filled(dict[int, str]):
    """A table for translate() that is filled as characters are met."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make

    def __missing__(self, code: int) -> str:
        made = self[code] = self._make(chr(code))
        return made


_ASCII = {
    (True, False, False, False): "0",
    (False, True, False, False): "a",
    (False, False, True, False): "A",
    (False, False, False, True): " ",
}


def _sort(character: str) -> str:
    """What sort of character it is, as one."""
    if character == _BREAK:
        return character
    if character.isascii():
        return (
            "0"
            if character.isdigit()
            else "a"
            if character.islower()
            else "A"
            if character.isupper()
            else " "
            if character.isspace()
            else character
        )
    if "一" <= character <= "鿿":
        return _rarity(character)
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Me", "Cc"}:
        return "Z"
    if category == "So":
        return "E"
    return "F" if "！" <= character <= "￯" else category[0]


def _rarity(character: str) -> str:
    """GB 2312 orders ideographs by use: a first and a second level; the rest is not in it."""
    try:
        return "中" if character.encode("gb2312")[0] < 0xD8 else "丙"
    except UnicodeEncodeError:
        return "丁"


_SHAPES = _Filled(_sort)
_SOUND = np.zeros(0x110000, dtype=np.uint32)  # by character, how it is read; 0 is not asked yet


def _sounds(codes: Array) -> Array:
    """One number for all that is read alike."""
    unknown = np.unique(codes[_SOUND[codes] == 0])
    for code in unknown:
        read = reading(chr(code))
        _SOUND[code] = zlib.crc32(read.encode()) | 1 << 31 if read else max(int(code), 1)
    return _SOUND[codes]


def _marks(raw: str, meant: str, shape: Array, count: int) -> Pieces:
    """A text's length, how much of it is of which sort, how much was disguised, and what looks like a contact, in steps."""
    breaks = np.flatnonzero(shape == ord(_BREAK))
    lengths = np.diff(breaks) - 1
    document = np.searchsorted(breaks, np.arange(len(shape)), side="right") - 1
    rows: list[Array] = [_steps(lengths)]
    for sort in "中丙丁0aAELPSZFN ":
        amount = np.bincount(document[shape == ord(sort)], minlength=count)[:count]
        rows += [_steps(amount), (10 * amount) // np.maximum(lengths, 1)]
    plain, written = meant.split(_BREAK), raw.split(_BREAK)
    rows.append(np.array([min(sum(map(str.__ne__, one, other)), 8) for one, other in zip(written, plain, strict=True)]))
    rows.append(np.array([10 * len(set(text)) // max(len(text), 1) for text in written]))
    rows += [np.array([pattern.search(text) is not None for text in plain]) for pattern in _CONTACTS]
    keys = [np.arange(count) << BITS | (at * 64 + np.minimum(row.astype(np.int64), 63)) for at, row in enumerate(rows)]
    return _once(np.concatenate(keys))


def _cues(meant: str) -> Pieces:
    seen = cues(meant.split(_BREAK))
    document = np.repeat(np.arange(len(seen)), [len(each) for each in seen])
    return document, np.fromiter(chain.from_iterable(seen), dtype=np.int64)


def _steps(amounts: Array) -> Array:
    """Amounts by their order of magnitude, two steps a doubling."""
    steps: Array = np.minimum(2 * np.log2(amounts + 1), 24).astype(np.int64)
    return steps
