"""A human named in what others wrote: found by the database, taken out without taking ordinary words along."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet

from groupops.shared import bulk
from groupops.shared.personal import BLANK, Fate, Holding, Subject

TELLING = 3  # letters: a shorter name may be an ordinary word, and is taken out of what others wrote only behind an "@"


def short(subject: Subject) -> list[str]:
    """The names that stay in what others wrote without an "@"."""
    return sorted(name for name in subject.known_names if len(name) < TELLING)


def named(columns: Iterable[str], words: Iterable[str]) -> Q:
    """Rows whose text in one of these columns may name somebody so: `unnamed` judges."""
    found = [word if len(word) >= TELLING else f"@{word}" for word in words if len(word) > 1]
    return reduce(or_, [Q(**{f"{column}__contains": word}) for column in columns for word in found], Q(pk=None))


def unnamed(text: str, words: Iterable[str]) -> str:
    """The text without these names and ids, the longest first; short ones only behind an "@" (TELLING)."""
    for word in sorted({word for word in words if len(word) > 1}, key=lambda word: (-len(word), word)):
        text = text.replace(f"@{word}", f"@{BLANK}")
        if len(word) >= TELLING:
            text = _whole(word).sub(BLANK, text)
    return text


def blanked(value: Any, words: Iterable[str]) -> Any:
    """A JSON value without them: a text that is one of them whole, and what `unnamed` takes out of the others."""
    words = list(words)
    if isinstance(value, str):
        return BLANK if value.strip() in words and value.strip() else unnamed(value, words)
    if isinstance(value, dict):
        return {name: blanked(part, words) for name, part in value.items()}
    return [blanked(part, words) for part in value] if isinstance(value, list) else value


@lru_cache(maxsize=500)
def _whole(word: str) -> re.Pattern[str]:
    """The word where it stands alone: "Tom" is not in "Tomorrow". Chinese has no gaps between its words."""
    before = r"(?<![0-9A-Za-z_])" if _is_latin(word[0]) else ""
    after = r"(?![0-9A-Za-z_])" if _is_latin(word[-1]) else ""
    return re.compile(f"{before}{re.escape(word)}{after}")


def _is_latin(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")


def mentioned(model: type[Model], group: str, *columns: str, anew: bool = False) -> Holding:
    """What others wrote in the human's groups (`group`: the path to them) into these columns: their names and ids are taken out.

    `anew` is for tables whose rows the database lets nobody change: they are deleted and written again.
    """

    def rows(subject: Subject) -> QuerySet[Any]:
        here = model._default_manager.filter(named(columns, subject.words), **{f"{group}__in": subject.groups})
        return model._default_manager.filter(pk__in=here.order_by().values("pk")).order_by("pk")

    def erase(subject: Subject, at: datetime) -> None:
        found = list(rows(subject))
        for row in found:
            for name in columns:
                setattr(row, name, _fitting(row, name, unnamed(getattr(row, name), subject.words)))
        if anew:
            model._default_manager.filter(pk__in=[row.pk for row in found]).delete()
            model._default_manager.bulk_create(found)
        else:
            bulk.update(model, list(columns), [(row.pk, *(getattr(row, name) for name in columns)) for row in found])

    return Holding(model, rows, (f"{group}__name",), Fate.EMPTIED, erase, deep=True)


def _fitting(row: Model, column: str, text: str) -> str:
    """A name of two letters is shorter than what stands in its place."""
    return text[: getattr(row._meta.get_field(column), "max_length", None)]
