"""Near-duplicates: one text with small changes, from several members or in several groups. MinHash over character pairs."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found, Message
from moderation.detection.settings import Number, Setting
from moderation.detection.sketches import Sketch, sketches

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


class NearDuplicates:
    """A text that so many groups or members have said within a time; one's own repetition in one group is another rule."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def look(self, batch: Batch) -> list[Found]:
        """Each message by which the number is reached, and those after it."""
        earlier: dict[int, list[tuple[Message, Sketch]]] = defaultdict(list)
        found = []
        timeline = batch.timeline
        for (message, place), sketch in zip(timeline, sketches([message.text for message, _place in timeline]), strict=True):
            if sketch.length < self._settings["length"]:
                continue
            if place is not None:
                rows = [row for band in sketch.bands if band in earlier for row in earlier[band][-COMPARED:]]
                found += self._found(place, message, self._alike(message, sketch, rows)) if rows else []
            for band in sketch.bands:
                earlier[band].append((message, sketch))
        return found

    def _alike(self, message: Message, sketch: Sketch, rows: list[tuple[Message, Sketch]]) -> list[Message]:
        """Earlier messages within the time that share enough of their pairs of characters."""
        least, since = self._settings["similarity"] / 100, message.at - timedelta(minutes=self._settings["minutes"])
        compared: dict[int, Message | None] = {}
        for row, theirs in rows:
            if row.at >= since and row.key not in compared and len(compared) < COMPARED:
                compared[row.key] = row if sketch.alike(theirs, least) else None
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
