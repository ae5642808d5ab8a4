"""Querysets whose SQL Django makes once: making it takes longer than PostgreSQL takes to answer.

    NAMED = Compiled(lambda: Person.objects.filter(Among("remote_id", "ids"), realm=Given("realm")).values_list("pk", "name"))
    rows = NAMED(realm="qq", ids=["10001", "10002"])

    STAMP = CompiledUpdate(lambda: (Connection.objects.filter(pk=Given("pk")), {"last_event_at": Given("at")}))
    changed = STAMP(pk=7, at=moment)

For what runs for every batch of messages. Elsewhere a queryset reads better.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

import orjson
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from groupops.shared import prepared


class Given(Expression):
    """The place of a value that is named when the query runs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        """A parameter that stands for the value."""
        return "%s", [self]


class Among(Func):
    """Whether a column is one of the values that are named when the query runs: one parameter for any number of them."""

    output_field = BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column), Given(name))

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> Any:  # type: ignore[override]
        """SQLite has no arrays, but JSON."""
        (column, before), (value, given) = (compiler.compile(part) for part in self.get_source_expressions())
        within = f"= ANY({value})" if connection.vendor == "postgresql" else f"IN (SELECT value FROM json_each({value}))"  # noqa: S608  (its own placeholder)
        return f"{column} {within}", [*before, *given]


class Compiled:
    """A queryset of values_list(…) with Given and Among in it, as a function of what they name; returns the rows."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        self._make = make
        self._made: _Made | None = None  # when it first runs: before, not every model is known

    def __call__(self, **given: Any) -> list[Sequence[Any]]:
        """One query."""
        if self._made is None:
            rows = self._make()
            self._made = _Made(rows.query, router.db_for_write(rows.model))
        return self._made.rows(given)


class CompiledUpdate:
    """A queryset, and what its rows are set to by column, as a function of the Given in both; returns how many rows there were."""

    def __init__(self, make: Callable[[], tuple[QuerySet[Any, Any], Mapping[str, Any]]]) -> None:
        self._make = make
        self._made: _Made | None = None

    def __call__(self, **given: Any) -> int:
        """One query."""
        if self._made is None:
            rows, values = self._make()
            query = rows.query.chain(UpdateQuery)
            query.add_update_values(values)  # type: ignore[attr-defined]  # chain makes it an UpdateQuery
            self._made = _Made(query, router.db_for_write(rows.model))
        with self._made.executed(given) as cursor:
            return int(cursor.rowcount)


class _Made:
    """The SQL of a query, what stands in it, and what converts its rows."""

    def __init__(self, query: Query, alias: str) -> None:
        self.alias = alias
        self.compiler = query.get_compiler(alias)
        sql, places = self.compiler.as_sql()
        if connections[alias].vendor == "postgresql":
            given = [place if isinstance(place, Given) else None for place in places]
            sql, places = prepared.with_constants(sql, places, given, using=connections[alias]), [place for place in given if place]
        self.sql, self.places = sql, places

    @contextmanager
    def executed(self, given: Mapping[str, Any]) -> Iterator[Any]:
        """The cursor behind it."""
        database = connections[self.alias]
        values = [_adapted(given[place.name], database) if isinstance(place, Given) else place for place in self.places]
        with prepared.executed(self.sql, values, using=database) as cursor:
            if database.vendor == "postgresql":
                cursor.cursor.tzinfo_factory = timezone  # Django's own is Python, asked for each moment; the answer is the same: UTC
            yield cursor

    def rows(self, given: Mapping[str, Any]) -> list[Sequence[Any]]:
        """What the database answers."""
        with self.executed(given) as cursor:
            found: list[Sequence[Any]] = cursor.fetchall()
        return list(self.compiler.apply_converters(found, self._converters)) if self._converters else found

    @cached_property
    def _converters(self) -> dict[int, Any]:
        """By the number of the column; mostly none on PostgreSQL."""
        found: dict[int, Any] = self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select])
        return found


def _adapted(value: Any, database: BaseDatabaseWrapper) -> Any:
    """As the database's driver takes it."""
    if database.vendor == "postgresql":
        return value
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return orjson.dumps(value).decode() if isinstance(value, list) else value
