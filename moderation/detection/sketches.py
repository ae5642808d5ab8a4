"""Sketches of texts: MinHash over pairs of characters, by which near-duplicates find each other without comparing all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.detection.normal import tight

Array = npt.NDArray[Any]
BANDS, ROWS = 12, 2  # of two least hashes each: texts that share .7 of their pairs meet almost surely, those that share .15 in one of four
LONGEST = 2_000  # characters of a text that are compared
AT_ONCE = 250  # texts: a matrix of all their pairs is built
_FACTORS = np.array([0x9E3779B97F4A7C15 * (2 * at + 1) % 2**64 for at in range(BANDS * ROWS)], dtype=np.uint64)
_BANDS = np.arange(BANDS, dtype=np.uint64) << np.uint64(48)  # so that buckets of two bands are never the same
_KEPT: dict[str, "Sketch"] = {}  # the messages before a batch are those of the batches before it
MOST_KEPT = 20_000


class Sketch:
    """The length of a tight text, hashes of its pairs of characters, and buckets that similar texts are likely to share."""

    __slots__ = ("_pairs", "_set", "bands", "length")

    def __init__(self, length: int, pairs: Array, bands: Sequence[int]) -> None:
        self.length, self.bands, self._pairs = length, bands, pairs
        self._set: frozenset[int] | None = None

    @property
    def pairs(self) -> frozenset[int]:
        """Made when somebody compares: most texts share a bucket with no other."""
        if self._set is None:
            self._set = frozenset(self._pairs.tolist())
        return self._set

    def alike(self, other: "Sketch", least: float) -> bool:
        """Whether they share enough of their pairs."""
        mine, theirs = self.pairs, other.pairs
        if min(len(mine), len(theirs)) < least * max(len(mine), len(theirs)):
            return False
        return len(mine & theirs) >= least * len(mine | theirs)


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each text; those that are not known are drawn at once."""
    unknown = list(dict.fromkeys(text for text in texts if text not in _KEPT))
    parts = [unknown[start : start + AT_ONCE] for start in range(0, len(unknown), AT_ONCE)]
    drawn = {text: sketch for part in parts for text, sketch in zip(part, _drawn(part), strict=True)}
    found = [drawn.get(text) or _KEPT[text] for text in texts]
    if len(_KEPT) + len(drawn) > MOST_KEPT:
        _KEPT.clear()
    if len(drawn) <= MOST_KEPT:
        _KEPT.update(drawn)
    return found


def _drawn(texts: Sequence[str]) -> list[Sketch]:
    plain = [tight(text) or text or "\0" for text in texts]
    cut = [each[:LONGEST] for each in plain]
    codes = np.frombuffer("".join(cut).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(each) for each in cut])
    ends, alone = np.cumsum(lengths), lengths == 1
    pairs, kept = codes.copy(), np.ones(len(codes), dtype=bool)
    pairs[:-1] = codes[:-1] << np.uint64(21) | codes[1:]
    pairs[ends - 1], kept[ends - 1] = codes[ends - 1], alone  # a text's last character begins no pair, unless it is all there is
    pairs = pairs[kept]
    last = np.cumsum(lengths - 1 + alone)
    first = np.r_[0, last[:-1]]
    hashed = (pairs * _FACTORS[0] >> np.uint64(20))[:, None] * _FACTORS[None, :] >> np.uint64(16)
    least = np.minimum.reduceat(hashed, first, axis=0)
    buckets = (least[:, ::ROWS] * _FACTORS[0] ^ least[:, 1::ROWS]) * _FACTORS[1] >> np.uint64(16) | _BANDS
    rows = zip(plain, first.tolist(), last.tolist(), buckets.tolist(), strict=True)
    return [Sketch(len(each), pairs[start:end], bands) for each, start, end, bands in rows]


def clusters(texts: Sequence[str], similarity: float = 0.7) -> list[int]:
    """A number for each text; near-duplicates share the least place at which one of them stands."""
    drawn = sketches(texts)
    firsts: dict[int, int] = {}
    roots = list(range(len(texts)))
    for at, sketch in enumerate(drawn):
        for band in sketch.bands:
            other = firsts.setdefault(band, at)
            if other != at and sketch.alike(drawn[other], similarity):
                one, two = sorted((_root(roots, at), _root(roots, other)))
                roots[two] = one
    return [_root(roots, at) for at in range(len(texts))]


def _root(roots: list[int], at: int) -> int:
    """The least place of a cluster; what lies on the way is shortened."""
    while roots[at] != at:
        roots[at] = roots[roots[at]]
        at = roots[at]
    return at
