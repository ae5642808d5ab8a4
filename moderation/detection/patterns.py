"""Operators' patterns: google-re2, which takes time linear in the text, whatever the pattern."""

from collections.abc import Mapping, Sequence
from typing import Any

import re2
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found
from moderation.detection.settings import BadSettings, Choice, Lines, Setting

MOST_PATTERNS, PATTERN_LENGTH = 200, 500
LARGEST = 2_000  # instructions of a compiled pattern; what is larger is slow on long texts
LOOKED_AT = 20_000  # characters of a text; no chat lets anybody write more, and linear is still too slow for a megabyte
SETTINGS: Mapping[str, Setting] = {
    "patterns": Lines((), MOST_PATTERNS, PATTERN_LENGTH),
    "text": Choice("normal", ("normal", "original", "tight")),
}
FOUND = gettext_noop("Fits the pattern %(pattern)s.")


class Patterns:
    """The patterns of one rule, over the text as it is meant (normal), as it was written (original) or without gaps (tight)."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._patterns = [(compiled(pattern), pattern) for pattern in settings["patterns"]]
        self._text: str = settings["text"]

    def look(self, batch: Batch) -> list[Found]:
        """Per message the first pattern that fits."""
        found = []
        for place, text in enumerate(batch.folded):
            for pattern, written in self._patterns:
                fit = search(pattern, getattr(text, self._text))
                if fit:
                    span = _original(text, self._text, fit.start(), fit.end())
                    found.append(Found(place, FOUND, (span,) if span else (), {"pattern": written}))
                    break
        return found


def _original(text: Any, form: str, start: int, end: int) -> tuple[int, int] | None:
    """The place in the original; None of a fit without characters."""
    if start == end:
        return None
    if form == "original":
        return start, end
    place: tuple[int, int] = (text.span_of_normal if form == "normal" else text.span)(start, end)
    return place


def compiled(pattern: str) -> Any:
    """The pattern, ready to search. Raises BadSettings when it is none, or too large to be fast."""
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = False, False, 8 << 20
    try:
        made = re2.compile(pattern, options)
    except (re2.error, ValueError) as error:
        told = {"pattern": pattern[:60], "error": str(error.args[0] if error.args else error)[:120]}
        raise BadSettings(
            _("“%(pattern)s” is no pattern: %(error)s. Look-ahead and back-references are not possible.") % told, field="patterns"
        ) from error
    if made.programsize > LARGEST:
        raise BadSettings(
            _("“%(pattern)s” is too large: shorten its repetitions, such as {1,500}.") % {"pattern": pattern[:60]}, field="patterns"
        )
    return made


def search(pattern: Any, text: str) -> Any:
    """Where a compiled pattern fits the beginning of a text, or None."""
    return pattern.search(text[:LOOKED_AT])


def refuse_bad(settings: Mapping[str, Any]) -> None:
    """Every pattern compiles. Raises BadSettings."""
    patterns: Sequence[str] = settings["patterns"]
    for pattern in patterns:
        compiled(pattern)
