"""What the product holds of one human: who is meant, and one entry a table. Each app lists its own (settings.PERSONAL_DATA)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet

ERASED = "已删除成员"  # the name that stays, in the language of the groups
BLANK = "***"
HIDDEN = "erased:"  # how an alias begins; no platform gives such an id
BY_NAME = "name:"  # how the id of somebody begins who is known by a name alone (inbound.readers)


def is_alias(remote_id: str) -> bool:
    """Whether an id is the alias of somebody who was erased."""
    return remote_id.removeprefix(BY_NAME).startswith(HIDDEN)


@dataclass(frozen=True)
class Account:
    """One identity on one platform, and the alias that stands for it once it is erased (empty before)."""

    realm: str
    remote_id: str
    alias: str = ""


@dataclass(frozen=True)
class Subject:
    """A human with all identities: the ids by which tables know them, and what they were called."""

    persons: tuple[int, ...]
    memberships: tuple[int, ...]
    groups: tuple[int, ...]
    accounts: tuple[Account, ...]
    names: tuple[str, ...]
    targets: dict[str, list[str]] = field(default_factory=dict)  # numbers of the rows that are theirs, by model: whose lines go

    @property
    def remote_ids(self) -> list[str]:
        """Their ids on all platforms."""
        return [account.remote_id for account in self.accounts]

    @property
    def words(self) -> list[str]:
        """What must not be found anywhere: names and ids, the longest first."""
        return sorted({*self.known_names, *self.known_ids}, key=lambda word: (-len(word), word))

    @property
    def long_words(self) -> list[str]:
        """Those of `words` that can be looked for in a text: one letter is no name there."""
        return [word for word in self.words if len(word) > 1]

    @property
    def known_ids(self) -> list[str]:
        """The ids that say who it is: no aliases."""
        return [one for one in self.remote_ids if one and not is_alias(one)]

    @property
    def known_names(self) -> list[str]:
        """The names that say who it is."""
        return [name for name in self.names if name not in ("", ERASED)]


class Fate(StrEnum):
    """What becomes of a table's rows when the human is erased."""

    GOES = "goes"  # deleted
    EMPTIED = "emptied"  # the row stays and is counted, its words go
    STAYS = "stays"  # nothing in it says who it was


@dataclass(frozen=True)
class Holding:
    """What one table holds of a human: the rows, the columns that an export tells, and what erasing does; twice is once."""

    model: type[Model]
    rows: Callable[[Subject], QuerySet[Any]]
    told: tuple[str, ...]
    fate: Fate
    erase: Callable[[Subject, datetime], object] | None = None
    shown: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # opens what is sealed, for the export
    deep: bool = False  # found by reading texts, which takes long: looked for when it is done, not before


def of_subject(model: type[Model], path: str = "membership") -> Callable[[Subject], QuerySet[Any]]:
    """The rows of their memberships (or persons, where the path ends in "person" or "inviter")."""

    def rows(subject: Subject) -> QuerySet[Any]:
        ids = subject.persons if path.endswith(("person", "inviter")) else subject.memberships
        return model._default_manager.filter(**{f"{path}__in": ids}).order_by("pk")

    return rows


def goes(model: type[Model], rows: Callable[[Subject], QuerySet[Any]], *told: str, **more: Any) -> Holding:
    """Rows that are deleted."""
    return Holding(model, rows, told, Fate.GOES, lambda subject, at: rows(subject).delete(), **more)


def emptied(model: type[Model], rows: Callable[[Subject], QuerySet[Any]], *told: str, to: Mapping[str, Any]) -> Holding:
    """Rows whose words are overwritten with `to`."""
    return Holding(model, rows, told, Fate.EMPTIED, lambda subject, at: rows(subject).update(**to))


def stays(model: type[Model], rows: Callable[[Subject], QuerySet[Any]], *told: str) -> Holding:
    """Rows that say nothing of who it was, once the person behind them is nobody."""
    return Holding(model, rows, told, Fate.STAYS)


def says(value: Any, words: list[str]) -> bool:
    """Whether a text inside a JSON value holds one of these words; a word of one letter only where it is the whole text."""
    if isinstance(value, str):
        return any(word == value or (len(word) > 1 and word in value) for word in words)
    if isinstance(value, dict):
        return any(says(part, words) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(says(part, words) for part in value)


def without(value: Any, words: list[str]) -> Any:
    """A JSON value in which these words are blanked, as `says` finds them."""
    if isinstance(value, str):
        for word in words:
            value = BLANK if word == value else value.replace(word, BLANK) if len(word) > 1 else value
        return value
    if isinstance(value, dict):
        return {without(name, words): without(part, words) for name, part in value.items()}
    return [without(part, words) for part in value] if isinstance(value, list) else value
