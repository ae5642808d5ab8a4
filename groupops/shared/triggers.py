"""Append-only tables: database triggers that refuse UPDATE and DELETE, on PostgreSQL and SQLite alike.

SQLite drops a table's triggers whenever a migration rebuilds the table, so they are not a migration's work: they are
installed again, idempotently, after every `migrate`, and a system check (groupops.W010) asserts that they stand.
An app names its tables in `APPEND_ONLY` of its models module: {table: events}. A table guarded against DELETE is guarded
against TRUNCATE too, where the database knows it.
"""

from collections.abc import Iterable

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "append-only"
STANDING = {
    "postgresql": "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = to_regclass(%s) AND tgenabled <> 'D'",
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s AND tbl_name = %s",
}


def append_only(app: AppConfig) -> dict[str, tuple[str, ...]]:
    """The append-only tables of an app, with the events that are refused."""
    tables: dict[str, tuple[str, ...]] = getattr(app.models_module, "APPEND_ONLY", {})
    return tables


def install(using: str, table: str, *, events: Iterable[str] = ("UPDATE", "DELETE")) -> None:
    """Make `table` append-only for the given events (of UPDATE, DELETE). Running it again changes nothing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for event in _events(connection, events):
            for statement in _statements(connection, table, event):
                cursor.execute(statement)


def remove(using: str, table: str, *, events: Iterable[str] = ("UPDATE", "DELETE")) -> None:
    """Take the triggers away, until `install`: for what is filled anew as a whole."""
    connection = connections[using]
    on = f" ON {connection.ops.quote_name(table)}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for event in _events(connection, events):
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name_of(table, event)}"{on}')


def missing(using: str, table: str, *, events: Iterable[str] = ("UPDATE", "DELETE")) -> list[str]:
    """The events of `table` whose trigger does not stand, or was switched off."""
    connection = connections[using]
    absent = []
    with connection.cursor() as cursor:
        for event in _events(connection, events):
            cursor.execute(STANDING[connection.vendor], [name_of(table, event), table])
            if cursor.fetchone() is None:
                absent.append(event)
    return absent


def exists(using: str, table: str) -> bool:
    """Whether the table stands already: before the first migrate nothing does."""
    connection = connections[using]
    with connection.cursor() as cursor:
        return table in connection.introspection.table_names(cursor)


def _events(connection: BaseDatabaseWrapper, events: Iterable[str]) -> list[str]:
    extra = ["TRUNCATE"] if connection.vendor == "postgresql" and "DELETE" in events else []
    return [*events, *extra]


def name_of(table: str, event: str) -> str:
    """What the trigger against `event` on `table` is called."""
    return f"{table}_no_{event.lower()}"


def _statements(connection: BaseDatabaseWrapper, table: str, event: str) -> list[str]:
    name, quoted = name_of(table, event), connection.ops.quote_name(table)
    if connection.vendor == "postgresql":
        scope = "STATEMENT" if event == "TRUNCATE" else "ROW"
        return [
            f"""CREATE OR REPLACE FUNCTION groupops_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$""",
            f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event} ON {quoted} FOR EACH {scope} EXECUTE FUNCTION groupops_append_only()',
        ]
    return [f"CREATE TRIGGER IF NOT EXISTS \"{name}\" BEFORE {event} ON {quoted} BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {table}'); END"]
