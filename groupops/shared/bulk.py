"""Many rows, each with values of its own, in one statement, alike on PostgreSQL and SQLite (3.35 and later).

Django's bulk_update writes a CASE per row and column and takes some ten times as long; its update_conflicts can overwrite
but not add.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS = 1000  # in one statement
TEXTS = ("CharField", "TextField")


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write `fields` of many rows of `model`; each of `rows` is (primary key, value, value, …) in the order of `fields`.

    Lock the rows before, sorted, where another writer may hold some of them in another order.
    """
    database = connections[router.db_for_write(model)]
    columns = [model._meta.get_field(name) for name in fields]
    waiting = [(row[0], *(_prepared(column, value, database) for column, value in zip(columns, row[1:], strict=True))) for row in rows]
    with database.cursor() as cursor:
        for start in range(0, len(waiting), ROWS):
            part = waiting[start : start + ROWS]
            cursor.execute(_statement(model, columns, len(part), database), list(chain.from_iterable(part)))


def add(model: type[models.Model], keys: Sequence[str], counters: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Add to the `counters` of the rows under the unique key `keys`, making those that are missing; returns them as they are then.

    Each of `rows` is (key, …, number, …), and so is each that is returned; no two of one key. They are written in sorted order.
    Other columns of new rows take their defaults.
    """
    database = connections[router.db_for_write(model)]
    given: list[Any] = [model._meta.get_field(name) for name in (*keys, *counters)]
    others = [field for field in model._meta.concrete_fields if not field.primary_key and field not in given]
    defaults = [_prepared(field, field.get_default(), database) for field in others]
    found: list[tuple[Any, ...]] = []
    waiting = sorted(rows, key=lambda row: tuple(row[: len(keys)]))
    with database.cursor() as cursor:
        for start in range(0, len(waiting), ROWS):
            part = [(*map(_prepared, given, row, [database] * len(given)), *defaults) for row in waiting[start : start + ROWS]]
            cursor.execute(_adding(model, len(keys), [*given, *others], len(given), len(part), database), list(chain.from_iterable(part)))
            found += cursor.fetchall()
    return [tuple(field.to_python(value) for field, value in zip(given, row, strict=True)) for row in found]


def _adding(model: type[models.Model], keys: int, fields: Sequence[Any], given: int, rows: int, database: BaseDatabaseWrapper) -> str:
    names = [database.ops.quote_name(field.column) for field in fields]
    table = database.ops.quote_name(model._meta.db_table)
    values = ", ".join([f"({', '.join(['%s'] * len(names))})"] * rows)
    sums = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in names[keys:given])
    return f"""INSERT INTO {table} ({", ".join(names)}) VALUES {values}
        ON CONFLICT ({", ".join(names[:keys])}) DO UPDATE SET {sums} RETURNING {", ".join(names[:given])}"""  # noqa: S608  (our own names)


def _prepared(column: Any, value: Any, database: BaseDatabaseWrapper) -> Any:
    return column.get_db_prep_save(value, connection=database)


def _statement(model: type[models.Model], columns: Sequence[Any], rows: int, database: BaseDatabaseWrapper) -> str:
    quote = database.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    sets = ", ".join(f"{quote(column.column)} = {_cast(column, n, database)}" for n, column in enumerate(columns, 2))
    values = ", ".join([f"({', '.join(['%s'] * (len(columns) + 1))})"] * rows)
    # Both databases name the columns of VALUES column1, column2, …; SQLite has no other way to name them.
    return f"UPDATE {table} SET {sets} FROM (VALUES {values}) AS given WHERE {table}.{key} = given.column1"  # noqa: S608  (our own names)


def _cast(column: Any, number: int, database: BaseDatabaseWrapper) -> str:
    """PostgreSQL reads a column of bare NULLs and literals as text. Texts are not cast: varchar(n) would cut them silently."""
    value = f"given.column{number}"
    if database.vendor != "postgresql" or column.get_internal_type() in TEXTS:
        return value
    return f"CAST({value} AS {column.rel_db_type(database) if column.is_relation else column.db_type(database)})"
