"""How near the inbound pipeline comes to what the database alone can do, and how long a lone message takes.

    DATABASE_URL=postgres://… python bench/inbound_pipeline.py [--messages 5000] [--people 400] [--runs 5] [--latency 100]

Floors: the messages alone into the same table, 500 a transaction (COPY on PostgreSQL, executemany on SQLite); and the same work
one event at a time through the ORM. Measured: storing through the door's service and running every step of
settings.INBOUND_PIPELINE over batches of 500. All three alternate in one run; only ratios count. `people` speak in turn: 400
means nearly everybody of a batch is somebody else; real rooms have 50 to 110 speakers in 500 messages.
Works in a test database of its own, which is dropped at the end.
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import argparse
import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from measuring import Spent, median, own_database, percentile, spent

from django.db import connection as database
from django.db import transaction

from groupops.celery import settle_down
from groupops.inbound import pipeline, policy
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event, EventKind
from groupops.messaging.models import Binding

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FIRST = AT - timedelta(days=30)
_parts = count()
SENTENCE = "今天大家讨论的这个问题我也遇到过，换一个版本就好了，回头我把步骤整理出来发到群里。"
FEW = 200  # events of a run one at a time: they are slow enough
COLUMNS = [field.column for field in StoredEvent._meta.concrete_fields if not field.primary_key]


def messages(room: Binding, run: object, size: int, people: int) -> list[Event]:
    """Messages of `people`, one a second, after all that were made before."""
    start = FIRST + timedelta(seconds=next(_parts) * size)
    return [
        Event(
            key=f"{run}-{n}",
            kind=EventKind.MESSAGE,
            group=room.remote_id,
            user=f"user{n % people}",
            user_name=f"成员{n % people}",
            occurred_at=start + timedelta(seconds=n),
            text=SENTENCE[: 20 + n % 40],
            raw={"id": n, "type": "message"},
        )
        for n in range(size)
    ]


def batches(events: list[Any]) -> list[list[Any]]:
    """In parts of one transaction."""
    return [events[start : start + policy.BATCH] for start in range(0, len(events), policy.BATCH)]


def floor(rows: list[list[Any]]) -> Callable[[], None]:
    """The rows alone, made ready before the clock runs."""
    table, columns = StoredEvent._meta.db_table, ", ".join(COLUMNS)
    if database.vendor != "postgresql":
        sql = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608  (our own names)
        return lambda: _each(batches(rows), lambda cursor, part: cursor.executemany(sql, part))
    sql = f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL 'nil')"
    texts = [_csv(part) for part in batches(rows)]
    return lambda: _each(texts, lambda cursor, part: cursor.copy_expert(sql, io.StringIO(part)))


def _each(parts: list[Any], write: Callable[[Any, Any], object]) -> None:
    for part in parts:
        with transaction.atomic(), database.cursor() as cursor:
            write(cursor, part)


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([["nil" if value is None else value for value in row] for row in rows])
    return text.getvalue()


def row_of(room: Binding, event: Event) -> list[Any]:
    """An event's row as the floor writes it."""
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


def compare(room: Binding, size: int, runs: int, people: int) -> None:
    """Paired runs and their medians."""
    from one_by_one import singly

    whole(room, messages(room, "warm", policy.BATCH, people))  # people known, statements prepared
    settle_down()  # as a worker does
    found: list[tuple[float, float, float, Spent]] = []
    for run in range(runs):
        low = spent(floor([row_of(room, event) for event in messages(room, run, size, people)]))
        high = spent(partial(whole, room, messages(room, run, size, people)))
        slow = spent(partial(singly, room, messages(room, f"singly-{run}", FEW, people)))
        times = slow.wall / FEW / (high.wall / size)
        found.append((low.wall / high.wall, low.cpu / high.cpu, times, high))
        print(
            f"run {run + 1}: floor {size / low.wall:7.0f}/s   pipeline {size / high.wall:6.0f}/s   ORM one by one {FEW / slow.wall:5.0f}/s"
            f"   ratio {low.wall / high.wall:.3f} (of CPU {low.cpu / high.cpu:.3f})   {times:.0f} × one by one"
        )
    ratios, cpu, times_, spents = (list(column) for column in zip(*found, strict=True))
    ours, server = (median([getattr(one, side) / size * 1e6 for one in spents]) for side in ("ours", "server"))
    print(
        f"{database.vendor}, {people} people: ratio {median(ratios):.3f}, of CPU {median(cpu):.3f}, {median(times_):.0f} × one by one; "
        f"CPU a message: {ours:.0f} µs ours, {server:.0f} µs PostgreSQL's"
    )


def main() -> None:
    """Measure in a database that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--latency", type=int, default=0, help="lone messages through the HTTP door, with a running worker")
    options = parser.parse_args()
    with own_database():
        from tests.factories.messaging import BindingFactory

        if options.runs:
            compare(BindingFactory(), options.messages, options.runs, options.people)
        if options.latency:
            from door import waits

            found = waits(options.latency)
            print(f"door to processed row: p50 {percentile(found, 50):.0f} ms, p99 {percentile(found, 99):.0f} ms")


if __name__ == "__main__":
    main()
