"""Near-duplicates: one text with small changes, from several members or in several groups. MinHash over character pairs."""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

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


class NearDuplicates:
    """A text that so many groups or members have said within a time; one's own repetition in one group is another rule."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def look(self, batch: Batch) -> list[Found]:
        """Each message by which the number is reached, and those after it."""
        earlier: dict[int, list[tuple[Message, frozenset[int]]]] = defaultdict(list)
        found = []
        for message, place in batch.timeline:
            shingles = _shingles(tight(message.text), self._settings["length"])
            if not shingles:
                continue
            bands = _bands(shingles)
            if place is not None:
                alike = self._alike(message, shingles, [row for band in bands for row in earlier[band][-COMPARED:]])
                found += self._found(place, message, alike)
            for band in bands:
                earlier[band].append((message, shingles))
        return found

    def _alike(self, message: Message, shingles: frozenset[int], rows: list[tuple[Message, frozenset[int]]]) -> list[Message]:
        """Earlier messages within the time that share enough of their pairs of characters."""
        least, since = self._settings["similarity"] / 100, message.at - timedelta(minutes=self._settings["minutes"])
        compared: dict[int, Message] = {}
        for row, theirs in rows:
            if row.at >= since and row.key not in compared and len(shingles & theirs) >= least * len(shingles | theirs):
                compared[row.key] = row
        return list(compared.values())

    def _found(self, place: int, message: Message, alike: list[Message]) -> list[Found]:
        """What the earlier ones make of a message."""
        groups, members = len({row.group for row in (*alike, message)}), len({row.author for row in (*alike, message)})
        span = ((0, len(message.text)),)
        if groups >= self._settings["groups"]:
            return [Found(place, ACROSS_GROUPS, span, {"count": groups})]
        if members >= self._settings["members"]:
            return [Found(place, ACROSS_MEMBERS, span, {"count": members})]
        return []


def _shingles(text: str, least: int) -> frozenset[int]:
    """Hashes of a text's pairs of characters; none of a short text. The same in every process."""
    if len(text) < least:
        return frozenset()
    return frozenset(zlib.crc32(text[at : at + 2].encode()) for at in range(len(text) - 1))


_FACTORS = tuple((0x9E3779B1 * (2 * at + 1) & 0xFFFFFFFF, 0x85EBCA6B * (at + 7) & 0xFFFFFFFF) for at in range(BANDS))


def _bands(shingles: frozenset[int]) -> list[int]:
    """Buckets that similar texts are likely to share: the least hash under each of several orders."""
    return [(at << 32) | min((each * factor + plus) & 0xFFFFFFFF for each in shingles) for at, (factor, plus) in enumerate(_FACTORS)]


def clusters(texts: Sequence[str], similarity: float = 0.7) -> list[int]:
    """A number for each text; near-duplicates share the least place at which one of them stands."""
    shingled = [_shingles(tight(text), 2) or frozenset({zlib.crc32(text.encode("utf-8", "replace"))}) for text in texts]
    firsts: dict[int, int] = {}
    roots = list(range(len(texts)))
    for at, mine in enumerate(shingled):
        for band in _bands(mine):
            other = firsts.setdefault(band, at)
            theirs = shingled[other]
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
