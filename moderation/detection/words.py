"""Word lists: up to 65,000 words found in one pass, also spelled with spaces, circles, homophones or in pinyin."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import ahocorasick
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.glyphs import reading
from moderation.detection.messages import Found, Span
from moderation.detection.normal import Folded, tight
from moderation.detection.settings import BadSettings, Flag, Lines, Number, Setting

MOST_WORDS, WORD_LENGTH = 65_000, 50
SHORT_LATIN = 3  # letters; so short a word is looked for between other letters only: av is not in java
SPELLED = 5  # letters that a word's pinyin needs to be looked for
MOST_HITS = 200  # of one text that are looked at
SHOWN = 5  # places of one message that are kept
ALIKE = 0.8  # score of a word that only sounds like a listed one
SETTINGS: Mapping[str, Setting] = {
    "words": Lines((), MOST_WORDS, WORD_LENGTH),
    "except": Lines((), 5_000, WORD_LENGTH),
    "homophones": Flag(default=False),
    "homophones_from": Number(3, 2, 10),
}
FOUND = gettext_noop("Holds a listed word: %(word)s.")
SOUNDS = gettext_noop("Holds “%(seen)s”, which sounds like the listed word %(word)s.")


class Words:
    """The words of one rule; what lies within a word of `except` does not count."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._words = _automaton((tight(word), word) for word in settings["words"])
        self._except = _automaton((tight(word), word) for word in settings["except"])
        longest = settings["homophones_from"]
        alike = [word for word in settings["words"] if settings["homophones"] and len(tight(word)) >= longest]
        self._sounds = _automaton(pair for word in alike for pair in _sounding(word))

    def look(self, batch: Batch) -> list[Found]:
        """Per message the words that stand in it; those that only sound alike when none does."""
        found = (self._plain(place, text) or self._sounding(place, text) for place, text in enumerate(batch.folded))
        return [each for each in found if each]

    def _plain(self, place: int, text: Folded) -> Found | None:
        """Listed words as they stand in the tight text."""
        hits = _hits(self._words, text.tight)
        if not hits:
            return None
        allowed = [(start, end) for start, end, _word in _hits(self._except, text.tight)]
        kept: list[tuple[Span, str]] = []
        for start, end, word in hits:
            if any(first <= start and end <= last for first, last in allowed) or _inside_latin(text, start, end):
                continue
            span = text.span(start, end)
            if not text.crosses_a_sentence(span):
                kept.append((span, word))
        return Found(place, FOUND, tuple(span for span, _word in kept[:SHOWN]), {"word": kept[0][1]}) if kept else None

    def _sounding(self, place: int, text: Folded) -> Found | None:
        """Words that are read like listed ones."""
        if self._sounds is None:
            return None
        spoken = "".join(map(_sound, text.tight))
        for start, end, word in _hits(self._sounds, spoken):
            span = text.span(start, end)
            if not text.crosses_a_sentence(span) and not _inside_latin(text, start, end):
                seen = text.original[span[0] : span[1]]
                return Found(place, SOUNDS, (span,), {"word": word, "seen": seen}, ALIKE)
        return None


def _automaton(pairs: Iterable[tuple[str, str]]) -> Any:
    """What finds all of the first texts and names the second; None without any."""
    made = ahocorasick.Automaton()
    for written, word in pairs:
        if written:
            made.add_word(written, (len(written), word))
    if not len(made):
        return None
    made.make_automaton()
    return made


def _hits(automaton: Any, text: str) -> list[tuple[int, int, str]]:
    """Start, end and word of each hit."""
    if automaton is None or not text:
        return []
    found = islice(automaton.iter(text), MOST_HITS)
    return [(last + 1 - length, last + 1, word) for last, (length, word) in found]


def _inside_latin(text: Folded, start: int, end: int) -> bool:
    """Whether a short Latin word is a part of a longer one, as it was written."""
    if end - start > SHORT_LATIN or not text.tight[start:end].isascii():
        return False
    first, last = text.span(start, end)
    around = text.original[max(first - 1, 0) : first], text.original[last : last + 1]
    return any(each.isascii() and each.isalnum() for each in around)


_SOUNDS: dict[str, str] = {}
_PRIVATE = 0xE000  # characters that no text keeps: folding drops them


def _sound(character: str) -> str:
    """One character for everything that is read alike; itself where nothing is known."""
    if character.isascii():
        return character
    read = reading(character)
    return _SOUNDS.setdefault(read, chr(_PRIVATE + len(_SOUNDS))) if read else character


def _sounding(word: str) -> Iterable[tuple[str, str]]:
    """The ways to write a word's sound: character by character, and in pinyin."""
    plain = tight(word)
    yield "".join(map(_sound, plain)), word
    spelled = "".join(reading(each) or each for each in plain)
    if len(spelled) >= SPELLED and spelled.isascii() and spelled != plain:
        yield spelled, word


def refuse_empty(settings: Mapping[str, Any]) -> None:
    """A list needs a word, and every word something that can be found. Raises BadSettings."""
    for word in settings["words"]:
        if not tight(word):
            raise BadSettings(_("“%(word)s” has no letter, digit or ideograph; it can never be found.") % {"word": word}, field="words")
