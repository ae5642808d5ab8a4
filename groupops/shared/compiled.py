"""Querysets whose SQL Django makes once: making it takes longer than PostgreSQL takes to answer.

    NAMED = Compiled(lambda: Person.objects.filter(Among("remote_id", "ids"), realm=Given("realm")).values_list("pk", "name"))
    rows = NAMED(realm="qq", ids=["10001", "10002"])

For what runs for every batch of messages. Elsewhere a queryset reads better.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import orjson
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from groupops.shared import prepared


class Given(Expression):
    """The place of a value that is named when the query runs."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        """A parameter that stands for the value."""
        return "%s", [self]


class Among(Func):
    """Whether a column is one of the values that are named when the query runs: one parameter for any number of them."""

    output_field = BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column), Given(name))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any) -> tuple[str, list[Any]]:
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
        made = self._made = self._made or _Made(self._make())
        return made.rows(given)


class _Made:
    """Its SQL, what stands in it, and what converts the rows."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.alias = router.db_for_write(queryset.model)
        self.compiler = queryset.query.get_compiler(self.alias)
        sql, places = self.compiler.as_sql()
        if connections[self.alias].vendor == "postgresql":
            sql, places = _written(sql, places, connections[self.alias])
        self.sql, self.places = sql, places
        self.converters = self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select])

    def rows(self, given: Mapping[str, Any]) -> list[Sequence[Any]]:
        """What the database answers."""
        database = connections[self.alias]
        values = [_adapted(given[place.name], database) if isinstance(place, Given) else place for place in self.places]
        with prepared.executed(self.sql, values, using=database) as cursor:
            if database.vendor == "postgresql":
                cursor.cursor.tzinfo_factory = timezone  # Django's own is Python, asked for each moment; the answer is the same: UTC
            found: list[Sequence[Any]] = cursor.fetchall()
        return list(self.compiler.apply_converters(found, self.converters)) if self.converters else found


def _written(sql: str, places: Sequence[Any], database: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """With the constants in the SQL itself: a plan for any state would not use an index of the pending ones."""
    with database.cursor() as cursor:
        texts = ["%s" if isinstance(one, Given) else cursor.mogrify("%s", [one]).decode().replace("%", "%%") for one in places]
    return sql % tuple(texts), [one for one in places if isinstance(one, Given)]


def _adapted(value: Any, database: BaseDatabaseWrapper) -> Any:
    """As the database's driver takes it."""
    if database.vendor == "postgresql":
        return value
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return orjson.dumps(value).decode() if isinstance(value, list) else value
