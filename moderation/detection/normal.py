"""Texts as they are meant: width, case, circles, hidden characters and traditional forms undone, with a way back to the original.

Substrings are matched, never words: Chinese has no spaces, and whoever hides a word puts spaces into it.
"""

import re
import unicodedata
from functools import lru_cache

from moderation.detection.glyphs import CONFUSED, simplified
from moderation.detection.messages import Span

SENTENCE_ENDS = frozenset("。！？!?；;，,、：:\n")
HIDDEN = frozenset({"Cf", "Mn", "Me", "Cc", "Co", "Cs"})  # zero width, combining marks, variation selectors, direction marks
_NOT_KEPT = re.compile(r"[^\w]|_")


@lru_cache(maxsize=1)
def _table() -> "_Table":
    return _Table()


class _Table(dict[int, str]):
    """What each character becomes; filled as characters are met, so that a text costs one translate()."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _meant(chr(code))
        return made


def _meant(character: str) -> str:
    """One character without its disguise: none, one or several characters."""
    if character in "\n\t\r ":
        return "\n" if character == "\n" else " "
    if unicodedata.category(character) in HIDDEN:
        return ""
    plain = CONFUSED.get(character) or unicodedata.normalize("NFKC", character)
    kept = (simplified(CONFUSED.get(each, each)) for each in plain.casefold() if unicodedata.category(each) not in HIDDEN)
    return "".join(kept)


def normal(text: str) -> str:
    """The text as it is meant, with its spaces and marks."""
    return text.translate(_table())


@lru_cache(maxsize=20_000)  # what was said before a batch was looked at with the batches before
def tight(text: str) -> str:
    """The text as it is meant, letters, digits and ideographs alone: 加 v.信 → 加v信."""
    return _NOT_KEPT.sub("", normal(text))


class Folded:
    """A text, its normal and its tight form; positions are worked out only when somebody asks."""

    __slots__ = ("_at_normal", "_at_tight", "normal", "original", "tight")

    def __init__(self, original: str) -> None:
        self.original = original
        self.normal = normal(original)
        self.tight = _NOT_KEPT.sub("", self.normal)
        self._at_normal: list[int] | None = None
        self._at_tight: list[int] | None = None

    def span_of_normal(self, start: int, end: int) -> Span:
        """Where a part of `normal` stands in the original."""
        if self._at_normal is None:
            table = _table()
            self._at_normal = [at for at, each in enumerate(self.original) for _one in table[ord(each)]]
        return self._at_normal[start], self._at_normal[end - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Where a part of `tight` stands in the original."""
        if self._at_tight is None:
            self._at_tight = [at for at, each in enumerate(self.normal) if each.isalnum()]
        return self.span_of_normal(self._at_tight[start], self._at_tight[end - 1] + 1)

    def crosses_a_sentence(self, span: Span) -> bool:
        """Whether a place in the original holds exactly one gap and that is the end of a clause: two sentences, no hidden word."""
        inside = [each for each in normal(self.original[span[0] : span[1]]) if not each.isalnum()]
        return len(inside) == 1 and inside[0] in SENTENCE_ENDS
