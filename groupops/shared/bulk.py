"""Many rows, each with values of its own, in one statement, alike on PostgreSQL and SQLite (3.35 and later).

Django's bulk_update writes a CASE per row and column and takes some ten times as long; its update_conflicts can overwrite
but not add; its bulk_create does not say how many rows were new.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any

import orjson
from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import Promise

from groupops.shared import prepared

ROWS = 1000  # in one statement


def insert(model: type[models.Model], key: Sequence[str], fields: Sequence[str], rows: Iterable[Sequence[Any]], **constants: Any) -> int:
    """Make rows, each the values of `fields`, in their order; one whose unique `key` is known changes nothing. Returns how many were new.

    `constants` are the same in all of them; other columns take their defaults. The key is named because PostgreSQL would otherwise
    look into every unique index.
    """
    database, given = connections[router.db_for_write(model)], _columns(model, fields)
    sql, defaults = _inserting(model, given, database, constants)
    known = ", ".join(database.ops.quote_name(column.column) for column in _columns(model, key))
    return sum(cursor.rowcount for cursor in _run(f"{sql} ON CONFLICT ({known}) DO NOTHING", defaults, given, list(rows), database))


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]], **constants: Any) -> int:
    """Write `fields` of many rows of `model`; each of `rows` is (primary key, value, value, …) in the order of `fields`.

    `constants` are written into all of them. Returns how many there were. Lock them before, sorted, where another writer may hold
    some of them in another order.
    """
    database = connections[router.db_for_write(model)]
    given = [model._meta.pk, *_columns(model, fields)]
    table, key, *names = map(database.ops.quote_name, [model._meta.db_table, *(column.column for column in given)])
    same = _columns(model, list(constants))
    written = [f"{database.ops.quote_name(field.column)} = {_constant(field, database)}" for field in same]
    sets = ", ".join([*written, *(f"{name} = given.column{n}" for n, name in enumerate(names, 2))])
    before = [field.get_db_prep_save(constants[field.name], connection=database) for field in same]
    sql = f"UPDATE {table} SET {sets} FROM %(given)s WHERE {table}.{key} = given.column1"  # noqa: S608  (our own names)
    return sum(cursor.rowcount for cursor in _run(sql, before, given, list(rows), database))


def add(model: type[models.Model], keys: Sequence[str], counters: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Add to the `counters` of the rows under the unique key `keys`, making those that are missing; returns them as they are then.

    Each of `rows` is (key, …, number, …), and so is each that is returned; no two of one key. They are written in sorted order.
    Other columns of new rows take their defaults.
    """
    database, given = connections[router.db_for_write(model)], _columns(model, [*keys, *counters])
    sql, defaults = _adding(model, tuple(keys), tuple(counters), database.vendor)
    waiting = sorted(rows, key=lambda row: tuple(row[: len(keys)]))
    found = [row for cursor in _run(sql, defaults, given, waiting, database) for row in cursor.fetchall()]
    return found if database.vendor == "postgresql" else [tuple(map(_read, given, row)) for row in found]


def adding(model: type[models.Model], keys: Sequence[str], counters: Sequence[str], source: str) -> tuple[str, list[Any]]:
    """`add` as a part of another statement of PostgreSQL, and its parameters, which stand before those of `source`.

    `source` is a SELECT that names column1, column2, … in the order of keys and counters; no two rows of one key.
    """
    sql, defaults = _adding(model, tuple(keys), tuple(counters), "postgresql")
    return sql % {"given": f"({source}) AS given"}, defaults


@lru_cache
def _adding(model: type[models.Model], keys: tuple[str, ...], counters: tuple[str, ...], vendor: str) -> tuple[str, list[Any]]:
    """The statement of `add`, and its parameters before the rows; `vendor` is the database's."""
    database, given = connections[router.db_for_write(model)], _columns(model, [*keys, *counters])
    inserting, defaults = _inserting(model, given, database)
    table, *names = map(database.ops.quote_name, [model._meta.db_table, *(column.column for column in given)])
    sums = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in names[len(keys) :])
    return f"{inserting} ON CONFLICT ({', '.join(names[: len(keys)])}) DO UPDATE SET {sums} RETURNING {', '.join(names)}", defaults


def _columns(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _inserting(
    model: type[models.Model], given: Sequence[Any], database: BaseDatabaseWrapper, same: Mapping[str, Any] = MappingProxyType({})
) -> tuple[str, list[Any]]:
    """INSERT … SELECT of `given`, and what is the `same` in all rows, or the default, of all other columns as its parameters."""
    others = [field for field in model._meta.concrete_fields if not field.primary_key and field not in given]
    defaults = [
        field.get_db_prep_save(same[field.name] if field.name in same else field.get_default(), connection=database) for field in others
    ]
    table, *names = map(database.ops.quote_name, [model._meta.db_table, *(field.column for field in [*given, *others])])
    constants = [_constant(field, database) for field in others]
    values = ", ".join([f"given.column{n}" for n in range(1, len(given) + 1)] + constants)
    # WHERE true: without it SQLite takes ON for the beginning of a join.
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM %(given)s WHERE true", defaults  # noqa: S608  (our own names)


def _constant(field: Any, database: BaseDatabaseWrapper) -> str:
    """Its place among the parameters."""
    if database.vendor != "postgresql":
        return "%%s"
    is_text = isinstance(field, models.CharField | models.TextField)  # as varchar(n) it would be cut silently
    return f"CAST(%%s AS {'text' if is_text else field.db_type(database)})"


def _run(sql: str, before: list[Any], given: Sequence[Any], rows: Sequence[Sequence[Any]], database: BaseDatabaseWrapper) -> Iterator[Any]:
    """Execute `sql` over the rows part by part, with what they are selected from as %(given)s; yields the cursor after each."""
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        source, values = (_document if database.vendor == "postgresql" else _values)(given, part, database)
        with prepared.executed(sql % {"given": f"{source} AS given"}, [*before, *values], using=database) as cursor:
            yield cursor


def _values(given: Sequence[Any], rows: Sequence[Sequence[Any]], database: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """SQLite names the columns of VALUES column1, column2, …; it has no other way to name them."""
    row = f"({', '.join(['%s'] * len(given))})"
    prepared = [(field.get_db_prep_save(value, connection=database) for field, value in zip(given, row, strict=True)) for row in rows]
    return f"(VALUES {', '.join([row] * len(rows))})", list(chain.from_iterable(prepared))


def _document(given: Sequence[Any], rows: Sequence[Sequence[Any]], database: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """All rows as one JSON array of arrays: a quarter of the work of a parameter per value, here and in PostgreSQL's parser."""
    return _elements(tuple(given), database.alias), [_json(rows)]


@lru_cache
def _elements(given: tuple[Any, ...], alias: str) -> str:
    picked = ", ".join(f"{_picked(field, n, connections[alias])} AS column{n + 1}" for n, field in enumerate(given))
    return f"(SELECT {picked} FROM jsonb_array_elements(%s::jsonb) AS found (line))"  # noqa: S608  (our own names)


def _picked(field: Any, n: int, database: BaseDatabaseWrapper) -> str:
    if isinstance(field, models.JSONField):
        return f"NULLIF(line -> {n}, 'null')"
    if isinstance(field, models.CharField | models.TextField):  # not cast: varchar(n) would cut it silently
        return f"line ->> {n}"
    return f"CAST(line ->> {n} AS {field.rel_db_type(database) if field.is_relation else field.db_type(database)})"


def _json(rows: Sequence[Sequence[Any]]) -> str:
    try:
        return orjson.dumps(rows, default=_plain).decode()
    except TypeError:  # numbers beyond 64 bits, which JSON and PostgreSQL know
        return json.dumps(rows, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
        case Decimal() | Promise():
            return str(value)
    raise TypeError(f"a {value.__class__.__name__} cannot be written in bulk")


def _read(field: Any, value: Any) -> Any:
    return field.to_python(value)
