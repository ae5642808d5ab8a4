"""Word lists as files: one word a line, with a category beside it or as a heading, or as JSON; read from and written for other programs."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from moderation.detection.normal import tight
from moderation.detection.settings import BadSettings
from moderation.detection.words import MOST_WORDS, WORD_LENGTH

_HEADING = re.compile(r"^(?:\[(.{1,40})\]|#{1,6}\s*(.{1,40}?)\s*#*|【(.{1,40})】|//\s*(.{1,40}))$")
_SEPARATORS = re.compile(r"[\t,，;；|、]")
_LEVEL = re.compile(r"^[\d.]+$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and what it is about; an empty category is none."""

    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The words of a file, each once, and the lines that were left out with their number."""

    words: tuple[Word, ...]
    left_out: tuple[tuple[int, str], ...]


def parse(content: bytes) -> Parsed:
    """The words of a file: text (UTF-8, UTF-16 or GB 18030), CSV or JSON. Raises BadSettings when it has none, or too many."""
    text = _decoded(content)
    rows = _of_json(text) if text.lstrip()[:1] in "[{" and text.strip() and _is_json(text) else _of_lines(text)
    words: dict[str, Word] = {}
    left: list[tuple[int, str]] = []
    for line, word in rows:
        key = tight(word.text)
        if not key or len(word.text) > WORD_LENGTH:
            left.append((line, word.text[:WORD_LENGTH]))
        else:
            words.setdefault(key, word)
    if not words:
        raise BadSettings(_("The file holds no words. Write one a line, or word,category."), field="file")
    if len(words) > MOST_WORDS:
        raise BadSettings(_("The file holds more than %(most)d words. Split it into several rules.") % {"most": MOST_WORDS}, field="file")
    return Parsed(tuple(words.values()), tuple(left))


def written(words: Iterable[Word]) -> str:
    """The words as word,category lines, those of one category together; parse() reads it back."""
    ordered = sorted(words, key=lambda word: (word.category, word.text))
    return "".join(f"{word.text}\t{word.category}\n" if word.category else f"{word.text}\n" for word in ordered)


def _decoded(content: bytes) -> str:
    """As Chinese editors and spreadsheets write text."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _of_json(text: str) -> Iterable[tuple[int, Word]]:
    """A list of words, a list of objects, or lists by category."""
    held: Any = json.loads(text)
    groups: Mapping[str, Any] = held if isinstance(held, dict) else {"": held}
    number = 0
    for category, entries in groups.items():
        for entry in entries if isinstance(entries, list) else [entries]:
            number += 1
            if isinstance(entry, str):
                yield number, Word(entry.strip(), str(category))
            elif isinstance(entry, dict):
                named = entry.get("word") or entry.get("text") or entry.get("value") or ""
                yield number, Word(str(named).strip(), str(entry.get("category") or entry.get("type") or entry.get("tag") or category))


def _of_lines(text: str) -> Iterable[tuple[int, Word]]:
    """One word a line, `word,category` or `word,level`, headings for what follows; one single long line holds words with separators."""
    lines = text.splitlines()
    if sum(bool(line.strip()) for line in lines) == 1 and len(_SEPARATORS.split(text)) > 2:
        lines = _SEPARATORS.split(text)
    category = ""
    for number, line in enumerate(lines, start=1):
        stripped = line.strip().strip('"').removesuffix("=")
        heading = _HEADING.match(stripped)
        if heading:
            category = next(filter(None, heading.groups())).strip()
        elif stripped:
            word, *rest = (part.strip().strip('"') for part in _SEPARATORS.split(stripped))
            beside = next((part for part in rest if part and not _LEVEL.match(part)), "")
            if number > 1 or word.casefold() not in {"word", "words", "敏感词", "关键词", "词语"}:
                yield number, Word(word, beside or category)
