"""How near the inbound pipeline comes to what the database alone can do.

    DATABASE_URL=postgres://… python bench/inbound_pipeline.py [--messages 5000] [--runs 5]

Floor: the messages alone into the same table, 500 a transaction (COPY on PostgreSQL, executemany on SQLite). Measured:
storing them through the door's service and running every step of settings.INBOUND_PIPELINE over batches of 500. Floor and
pipeline alternate in one run; only the ratio counts. Works in a test database of its own, which is dropped at the end.
"""

# ruff: noqa: E402  (Django is set up before its models are imported)
import argparse
import csv
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection as database
from django.db import transaction

from groupops.inbound import pipeline, policy
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event, EventKind
from groupops.messaging.models import Binding

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PEOPLE = 400
COLUMNS = [field.column for field in StoredEvent._meta.concrete_fields if not field.primary_key]


def messages(room: Binding, run: int, size: int) -> list[Event]:
    """Messages of PEOPLE people, one a second."""
    return [
        Event(
            key=f"{run}-{n}",
            kind=EventKind.MESSAGE,
            group=room.remote_id,
            user=f"user{n % PEOPLE}",
            user_name=f"成员{n % PEOPLE}",
            occurred_at=AT + timedelta(seconds=n),
            text="今天大家讨论的这个问题我也遇到过，换一个版本就好了，回头我把步骤整理出来发到群里。"[: 20 + n % 40],
            raw={"id": n, "type": "message"},
        )
        for n in range(size)
    ]


def batches(events: list[Event]) -> list[list[Event]]:
    """The events in parts of one transaction."""
    return [events[start : start + policy.BATCH] for start in range(0, len(events), policy.BATCH)]


def floor(rows: list[list[Any]]) -> Callable[[], None]:
    """The rows alone, made ready before the clock runs."""
    table, columns = StoredEvent._meta.db_table, ", ".join(COLUMNS)
    parts = [rows[start : start + policy.BATCH] for start in range(0, len(rows), policy.BATCH)]
    if database.vendor != "postgresql":
        sql = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608  (our own names)
        return lambda: _each(parts, lambda cursor, part: cursor.executemany(sql, part))
    sql = f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL 'nil')"
    texts = [_csv(part) for part in parts]
    return lambda: _each(texts, lambda cursor, part: cursor.copy_expert(sql, io.StringIO(part)))


def _each(parts: list[Any], write: Callable[[Any, Any], object]) -> None:
    for part in parts:
        with transaction.atomic(), database.cursor() as cursor:
            write(cursor, part)


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([["nil" if value is None else value for value in row] for row in rows])
    return text.getvalue()


def _row(room: Binding, event: Event) -> list[Any]:
    given = policy.columns(event, AT) | {
        "connection_id": room.connection_id,
        "group_id": room.group_id,
        "received_at": AT,
        "state": EventState.DONE.value,
        "tries": 0,
        "error": "",
        "person_id": None,
        "trace": "[]",
    }
    given["raw"] = json.dumps(given["raw"])
    given["event_key"] = "floor-" + given["event_key"]
    return [value.isoformat(sep=" ") if isinstance(value, datetime) else value for value in (given[column] for column in COLUMNS)]


def whole(room: Binding, events: list[Event]) -> None:
    """Stored and understood."""
    for part in batches(events):
        inbound.store(connection=room.connection, events=part, at=AT)
        pipeline.drain(connection=room.connection, at=AT)


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Wall seconds and our own CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(room: Binding, size: int, runs: int) -> None:
    """Paired runs and their medians."""
    ratios, cpu = [], []
    whole(room, messages(room, -1, policy.BATCH))  # warm: people known, statements prepared
    for run in range(runs):
        events = messages(room, run, size)
        low, _cpu = measured(floor([_row(room, event) for event in events]))
        high, used = measured(lambda events=events: whole(room, events))  # type: ignore[misc]
        ratios.append(low / high)
        cpu.append(used / size * 1e6)
        print(f"run {run + 1}: floor {size / low:8.0f}/s   pipeline {size / high:8.0f}/s   ratio {low / high:.3f}")
    print(f"{database.vendor}: median ratio {statistics.median(ratios):.3f}, {statistics.median(cpu):.0f} µs of CPU a message")


def main() -> None:
    """Measure in a database that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    name = settings.DATABASES["default"]["NAME"]
    database.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        from tests.factories.messaging import BindingFactory

        compare(BindingFactory(), options.messages, options.runs)
    finally:
        database.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
