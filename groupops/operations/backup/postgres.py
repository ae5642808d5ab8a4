"""PostgreSQL: COPY out of one snapshot, COPY in without indexes and foreign keys, which are put back behind it."""
# ruff: noqa: S608 — the names are our own tables' and columns', quoted

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as database

from groupops.operations.backup.tables import Kind, Table

SIZE = 4 * 1024 * 1024  # of what COPY asks for at once; longer than any frame
QUIET = ("statement_timeout = 0", "lock_timeout = 0", "idle_in_transaction_session_timeout = 0", "TimeZone = 'UTC'", "bytea_output = 'hex'")
LOADING = (*QUIET, "synchronous_commit = off", "maintenance_work_mem = '256MB'")
SPELT: dict[str, str] = {
    Kind.FLAG: "{0}::int",
    Kind.MOMENT: "replace(to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '.000000', '')",
    Kind.JSON: "{0}::text",
    Kind.UUID: "replace({0}::text, '-', '')",
    Kind.ADDRESS: "host({0})",
}
CONSTRAINTS = """
    SELECT c.conrelid::regclass::text, c.conname, c.contype, pg_get_constraintdef(c.oid), t.relname
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.connamespace = current_schema()::regnamespace AND c.contype IN ('f', 'u', 'p')
    ORDER BY c.contype DESC, c.conname
"""
INDEXES = """
    SELECT i.indexname, i.indexdef, i.tablename FROM pg_indexes i WHERE i.schemaname = current_schema()
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.connamespace = current_schema()::regnamespace AND c.conname = i.indexname)
    ORDER BY i.indexname
"""


class Source:
    """One snapshot of the whole database, on a connection of its own."""

    def __init__(self) -> None:
        self._wrapper = database.copy()
        self._wrapper.connect()
        raw = self._wrapper.connection
        raw.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        self._cursor = raw.cursor()
        for setting in QUIET:
            self._cursor.execute(f"SET {setting}")

    def count(self, table: Table) -> int:
        """Rows of a table."""
        self._cursor.execute(f'SELECT count(*) FROM "{table.name}"')
        return int(self._cursor.fetchone()[0])

    def last_number(self, table: Table) -> int:
        """The last number the table has given a row, also where that row is gone; 0 where it gives none."""
        self._cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table.name}"', table.key])
        sequence = self._cursor.fetchone()[0]
        if sequence is None:
            return 0
        self._cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")
        return int(self._cursor.fetchone()[0])

    def copy(self, table: Table, write: Callable[[bytes], Any]) -> None:
        """Every row as a line, sorted by the key, in pieces that end with a line."""
        columns = ", ".join(SPELT.get(kind, "{0}").format(f'"{name}"') for name, kind in table.columns.items())
        self._cursor.copy_expert(f'COPY (SELECT {columns} FROM "{table.name}" ORDER BY "{table.key}") TO STDOUT', _Writer(write), size=SIZE)

    def close(self) -> None:
        """The snapshot is over."""
        self._wrapper.close()


class _Writer:
    def __init__(self, write: Callable[[bytes], Any]) -> None:
        self.write = write


class _Reader:
    """What COPY reads from: a piece at each call, whatever length it asks for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:
        """The next piece; empty at the end."""
        return next(self._pieces, b"")


def load(table: Table, pieces: Iterable[bytes]) -> None:
    """Put the lines into an emptied table."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    with database.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table.name}" ({columns}) FROM STDIN', _Reader(iter(pieces)), size=SIZE)


@contextmanager
def bare(large: Iterable[str]) -> Iterator[None]:
    """Inside there are no foreign keys, and no indexes on the large tables; behind it everything stands again and was checked."""
    with database.cursor() as cursor:
        for setting in LOADING:
            cursor.execute(f"SET LOCAL {setting}")
        wanted = set(large)
        cursor.execute(CONSTRAINTS)
        constraints = [row for row in cursor.fetchall() if row[2] == "f" or row[4] in wanted]
        for shown, name, *_rest in sorted(constraints, key=lambda row: row[2] != "f"):  # foreign keys first: they lean on the others
            cursor.execute(f'ALTER TABLE {shown} DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES)
        indexes = [row for row in cursor.fetchall() if row[2] in wanted]
        for name, *_rest in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, definition, _table in indexes:
            cursor.execute(definition)
        for shown, name, _kind, definition, _table in sorted(constraints, key=lambda row: row[2] == "f"):
            cursor.execute(f'ALTER TABLE {shown} ADD CONSTRAINT "{name}" {definition}')


def number_on(table: Table, last: int) -> None:
    """The next row gets a number above `last`."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table.name}"', table.key])
        if (sequence := cursor.fetchone()[0]) and last:
            cursor.execute("SELECT setval(%s, %s)", [sequence, last])


def settle() -> None:
    """Statistics for the planner, which knows nothing of what was copied in."""
    with database.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ANALYZE")
        cursor.execute("RESET statement_timeout")
