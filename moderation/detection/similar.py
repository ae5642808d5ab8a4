"""Near-duplicates: one text with small changes, from several members or in several groups. MinHash over character pairs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found, Message
from moderation.detection.normal import tight
from moderation.detection.settings import Number, Setting

SETTINGS: Mapping[str, Setting] = {
    "length": Number(12, 6, 500),
    "similarity": Number(70, 50, 100),
    "groups": Number(2, 2, 100),
    "members": Number(3, 2, 100),
    "minutes": Number(1_440, 1, 10_080),
}
ACROSS_GROUPS = gettext_noop("Nearly the same text in %(count)d groups.")
ACROSS_MEMBERS = gettext_noop("Nearly the same text from %(count)d members.")

COMPARED = 50  # earlier texts that are compared with one; more of them make no difference
BANDS = 12
LONGEST = 2_000  # characters of a text that are compared


class NearDuplicates:
    """A text that so many groups or members have said within a time; one's own repetition in one group is another rule."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def look(self, batch: Batch) -> list[Found]:
        """Each message by which the number is reached, and those after it."""
        earlier: dict[int, list[tuple[Message, frozenset[int]]]] = defaultdict(list)
        found = []
        for message, place in batch.timeline:
            length, shingles, bands = _sketch(message.text)
            if length < self._settings["length"]:
                continue
            if place is not None:
                alike = self._alike(message, shingles, [row for band in bands for row in earlier[band][-COMPARED:]])
                found += self._found(place, message, alike)
            for band in bands:
                earlier[band].append((message, shingles))
        return found

    def _alike(self, message: Message, shingles: frozenset[int], rows: list[tuple[Message, frozenset[int]]]) -> list[Message]:
        """Earlier messages within the time that share enough of their pairs of characters."""
        least, since = self._settings["similarity"] / 100, message.at - timedelta(minutes=self._settings["minutes"])
        compared: dict[int, Message | None] = {}
        for row, theirs in rows:
            if row.at >= since and row.key not in compared and len(compared) < COMPARED:
                compared[row.key] = row if len(shingles & theirs) >= least * len(shingles | theirs) else None
        return [row for row in compared.values() if row is not None]

    def _found(self, place: int, message: Message, alike: list[Message]) -> list[Found]:
        """What the earlier ones make of a message."""
        groups, members = len({row.group for row in (*alike, message)}), len({row.author for row in (*alike, message)})
        span = ((0, len(message.text)),)
        if groups >= self._settings["groups"]:
            return [Found(place, ACROSS_GROUPS, span, {"count": groups})]
        if members >= self._settings["members"]:
            return [Found(place, ACROSS_MEMBERS, span, {"count": members})]
        return []


_FACTORS = np.array([0x9E3779B97F4A7C15 * (2 * at + 1) % 2**64 for at in range(BANDS)], dtype=np.uint64)


@lru_cache(maxsize=20_000)
def _sketch(text: str) -> tuple[int, frozenset[int], tuple[int, ...]]:
    """The length of the tight text, hashes of its pairs of characters, and buckets that similar texts are likely to share.

    Kept, because the messages before a batch are those of the batches before it.
    """
    plain = tight(text) or text or "\0"
    codes = np.frombuffer(plain[:LONGEST].encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    pairs = np.unique((codes[:-1] << np.uint64(21) | codes[1:]) if len(codes) > 1 else codes)
    least = ((pairs * _FACTORS[0] >> np.uint64(20))[:, None] * _FACTORS[None, :] >> np.uint64(16)).min(axis=0)
    return len(plain), frozenset(pairs.tolist()), tuple((at << 48) | each for at, each in enumerate(least.tolist()))


def clusters(texts: Sequence[str], similarity: float = 0.7) -> list[int]:
    """A number for each text; near-duplicates share the least place at which one of them stands."""
    sketches = [_sketch(text) for text in texts]
    firsts: dict[int, int] = {}
    roots = list(range(len(texts)))
    for at, (_length, mine, bands) in enumerate(sketches):
        for band in bands:
            other = firsts.setdefault(band, at)
            theirs = sketches[other][1]
            if other != at and len(mine & theirs) >= similarity * len(mine | theirs):
                one, two = sorted((_root(roots, at), _root(roots, other)))
                roots[two] = one
    return [_root(roots, at) for at in range(len(texts))]


def _root(roots: list[int], at: int) -> int:
    """The least place of a cluster; what lies on the way is shortened."""
    while roots[at] != at:
        roots[at] = roots[roots[at]]
        at = roots[at]
    return at
