"""Statements that run for every message or send: PostgreSQL parses and plans each of them once a connection, not once a time.

Planning one with several conditions takes four times as long as carrying it out. Behind a pool that changes servers from
transaction to transaction (DISABLE_SERVER_SIDE_CURSORS in DATABASE_URL says so, as everywhere in Django) nothing is prepared.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection as default
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # of each open connection


@contextmanager
def executed(sql: str, values: Sequence[Any], *, using: BaseDatabaseWrapper = default) -> Iterator[Any]:
    """The cursor after `sql` was executed with `values`, which stand in it as %s. Where a type cannot be told from its place, cast it.

    A string that is made up from values would fill the server's memory: pass values, not texts with values in them.
    """
    with using.cursor() as cursor:
        if using.vendor != "postgresql" or using.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            cursor.execute(sql, values)
        else:
            name, prepare, execute = _statement(sql)
            known = _known.setdefault(using.connection, set())
            if name not in known:
                cursor.execute(prepare)
                known.add(name)  # for good: a rollback does not take it back
            cursor.execute(execute, values)
        yield cursor


@dataclass(frozen=True)
class Query:
    """A query of the ORM as text: `names` are what its %s stand for, in their order."""

    sql: str
    names: tuple[str, ...]

    def values(self, **given: Any) -> list[Any]:
        """The parameters."""
        return [given[name] for name in self.names]


def query(rows: QuerySet[Any], stand_ins: Mapping[str, Any]) -> Query:
    """`rows` as text for PostgreSQL, to be built once: every value that is no stand-in is written out, as a partial index wants it.

    A stand-in is a value that occurs nowhere else in the query, under the name of what takes its place.
    """
    sql, values = rows.query.sql_with_params()
    named = {value: name for name, value in stand_ins.items()}
    places = [named.get(value) for value in values]
    return Query(with_constants(sql, values, places), tuple(name for name in places if name))


def with_constants(sql: str, values: Sequence[Any], places: Sequence[object], *, using: BaseDatabaseWrapper = default) -> str:
    """PostgreSQL's `sql` with those of its `values` written out that have no place (None): the others stay %s.

    A plan for any state would not use an index of the pending ones.
    """
    literal = using.ops.compose_sql  # type: ignore[attr-defined]  # PostgreSQL's alone
    pairs = zip(values, places, strict=True)
    written = iter(["%s" if place is not None else literal("%s", [value]).replace("%", "%%") for value, place in pairs])
    return re.sub("%%|%s", lambda found: found[0] if found[0] == "%%" else next(written), sql)


@lru_cache(maxsize=256)
def _statement(sql: str) -> tuple[str, str, str]:
    """Its name, how it is prepared, and how it is executed."""
    name = "groupops_" + hashlib.blake2b(sql.encode(), digest_size=8).hexdigest()
    numbers = iter(range(1, 1000))
    body = re.sub("%%|%s", lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql)
    places = ", ".join(["%s"] * (next(numbers) - 1))
    return name, f"PREPARE {name} AS {body}", f"EXECUTE {name} ({places})" if places else f"EXECUTE {name}"
