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
SHORT = 1_000  # characters
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
        self._all = _together(settings["patterns"])

    def look(self, batch: Batch) -> list[Found]:
        """Per message the first pattern that fits."""
        found = []
        for place, text in enumerate(batch.folded):
            looked = getattr(text, self._text)
            for at in self._likely(looked):
                pattern, written = self._patterns[at]
                fit = search(pattern, looked)
                if fit:
                    span = _original(text, self._text, fit.start(), fit.end())
                    found.append(Found(place, FOUND, (span,) if span else (), {"pattern": written}))
                    break
        return found

    def _likely(self, text: str) -> list[int]:
        """The places of patterns that fit, found in one pass; all of them for a long text, over which one pass for all may be slow."""
        if len(text) > SHORT or not self._patterns:
            return list(range(len(self._patterns)))
        return sorted(self._all.Match(text) or ())


def _original(text: Any, form: str, start: int, end: int) -> tuple[int, int] | None:
    """The place in the original; None of a fit without characters."""
    if start == end:
        return None
    if form == "original":
        return start, end
    place: tuple[int, int] = (text.span_of_normal if form == "normal" else text.span)(start, end)
    return place


def _options(memory: int) -> Any:
    made = re2.Options()
    made.case_sensitive, made.log_errors, made.max_mem = False, False, memory
    return made


def _together(patterns: Sequence[str]) -> Any:
    """All patterns as one, which says in one pass which of them fit."""
    every = re2.Set.SearchSet(_options(256 << 20))
    for pattern in patterns:
        every.Add(pattern)
    every.Compile()
    return every


def compiled(pattern: str) -> Any:
    """The pattern, ready to search. Raises BadSettings when it is none, or too large to be fast."""
    try:
        made = re2.compile(pattern, _options(8 << 20))
    except (re2.error, ValueError) as error:
        told = {"pattern": pattern[:60], "error": _why(error)[:120]}
        raise BadSettings(
            _("“%(pattern)s” is no pattern: %(error)s. Look-ahead and back-references are not possible.") % told, field="patterns"
        ) from error
    if made.programsize > LARGEST:
        raise BadSettings(
            _("“%(pattern)s” is too large: shorten its repetitions, such as {1,500}.") % {"pattern": pattern[:60]}, field="patterns"
        )
    return made


def _why(error: Exception) -> str:
    """What re2 says, which is bytes."""
    said = error.args[0] if error.args else error
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def search(pattern: Any, text: str) -> Any:
    """Where a compiled pattern fits the beginning of a text, or None."""
    return pattern.search(text[:LOOKED_AT])


def refuse_bad(settings: Mapping[str, Any]) -> None:
    """Every pattern compiles. Raises BadSettings."""
    patterns: Sequence[str] = settings["patterns"]
    for pattern in patterns:
        compiled(pattern)
