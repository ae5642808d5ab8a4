"""SQLite: the lines are spelt by SQL functions inside one read transaction, and read back by executemany into a file of their own."""
# ruff: noqa: S608 — the names are our own tables' and columns', quoted

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as database

from groupops.operations.backup.tables import Kind, Table

ROWS = 2000  # lines put together to a piece
ESCAPED = "replace(replace(replace(replace({0}, '\\', '\\\\'), char(9), '\\t'), char(10), '\\n'), char(13), '\\r')"
SPELT: dict[str, str] = {
    Kind.TEXT: ESCAPED,
    Kind.JSON: ESCAPED,
    Kind.REAL: "printf('%!.17g', {0})",
    Kind.BYTES: "'\\\\x' || lower(hex({0}))",
}
NULL = "\\N"
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\", "b": "\b", "f": "\f", "v": "\v"}
FAST = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -300000")


class Source:
    """One snapshot of the whole database: a read transaction on a connection of its own, beside which others write."""

    def __init__(self) -> None:
        self._wrapper = database.copy()
        self._wrapper.connect()
        self._raw = self._wrapper.connection
        self._raw.text_factory = bytes
        self._raw.execute("BEGIN")

    def count(self, table: Table) -> int:
        """Rows of a table."""
        return int(self._raw.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])

    def last_number(self, table: Table) -> int:
        """The last number the table has given a row, also where that row is gone; 0 where it gives none."""
        row = self._raw.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table.name]).fetchone()
        return int(row[0] or 0) if row else 0

    def copy(self, table: Table, write: Callable[[bytes], Any]) -> None:
        """Every row as a line, sorted by the key, in pieces that end with a line."""
        columns = (_spelt(name, kind) for name, kind in table.columns.items())
        line = "'' || " + " || char(9) || ".join(columns)  # a text, also where the only column is a number
        rows = self._raw.execute(f'SELECT {line} FROM "{table.name}" ORDER BY "{table.key}"')
        while found := rows.fetchmany(ROWS):
            write(b"\n".join([row[0] for row in found]) + b"\n")

    def close(self) -> None:
        """The snapshot is over."""
        self._wrapper.close()


def _spelt(name: str, kind: str) -> str:
    column = f'"{name}"'
    return f"CASE WHEN {column} IS NULL THEN '{NULL}' ELSE {SPELT.get(kind, '{0}').format(column)} END"


def load(table: Table, pieces: Iterable[bytes]) -> None:
    """Put the lines into an emptied table; SQLite makes numbers of them by the columns' own kinds."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    raw = [position for position, kind in enumerate(table.columns.values()) if kind == Kind.BYTES]
    sql = f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(table.columns))})'
    for piece in pieces:
        rows: list[list[Any]] = [_values(line) for line in piece.decode().split("\n")[:-1]]
        for position in raw:
            for row in rows:
                row[position] = None if row[position] is None else bytes.fromhex(row[position][2:])
        database.connection.executemany(sql, rows)


def _values(line: str) -> list[str | None]:
    if "\\" not in line:
        return line.split("\t")  # type: ignore[return-value]  # a list of nothing but texts
    return [value if "\\" not in value else None if value == NULL else _unescaped(value) for value in line.split("\t")]


def _unescaped(value: str) -> str:
    doubled = value.replace("\\\\", "\0")  # no text holds NUL; mostly nothing else is left
    if "\\" in doubled:
        doubled = re.sub(r"\\(.)", lambda found: ESCAPES[found[1]], doubled)
    return doubled.replace("\0", "\\")


@contextmanager
def bare(large: Iterable[str]) -> Iterator[None]:
    """Inside there are no indexes on the large tables; behind it they stand again, and every foreign key was checked."""
    wanted = set(large)
    with database.cursor() as cursor:
        cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
        indexes = [row for row in cursor.fetchall() if row[2] in wanted]
        for name, *_rest in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, definition, _table in indexes:
            cursor.execute(definition)


def number_on(table: Table, last: int) -> None:
    """The next row gets a number above `last`."""
    with database.cursor() as cursor:
        cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [last, table.name])
        if not cursor.rowcount and last:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])


def hurry() -> None:
    """Before the transaction: the file is new, and thrown away when anything goes wrong, so it needs no journal."""
    with database.cursor() as cursor:
        for pragma in FAST:
            cursor.execute(f"PRAGMA {pragma}")


def settle() -> None:
    """From now on it is a database like any other."""
    with database.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        if broken := cursor.fetchone():
            raise ValueError(f"a row of {broken[0]} points at nothing in {broken[2]}")
    database.close()  # the next connection brings its own pragmas
