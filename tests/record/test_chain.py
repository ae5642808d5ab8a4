"""The hash chain: sealed once, and no byte of it changes unnoticed."""
# ruff: noqa: S608 — the tables and columns are named here

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from groupops.record import queries, tasks
from groupops.record import services as record
from groupops.record.models import Alarm, AuditDetail, AuditEntry, AuditSeal, AuditUnsealed, Heartbeat
from groupops.shared import triggers
from tests.factories.accounts import UserFactory, founder
from tests.factories.groups import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
TABLES = [AuditEntry._meta.db_table, AuditDetail._meta.db_table, AuditSeal._meta.db_table]


def write(count: int = 5) -> list[AuditEntry]:
    """A sealed trail with details of every JSON shape."""
    by, target = founder(), UserFactory()
    after = {"text": "中文\x00", "n": 1.0, "list": [1, {"at": NOW}], "none": None, "yes": True, "big": 1e20}
    entries = [
        record.audit(by=by, verb="test.change", target=target, at=NOW + timedelta(seconds=n), before={"n": n}, after=after, group_id=n)
        for n in range(count)
    ]
    record.seal(at=NOW + timedelta(minutes=1))
    return entries


@contextmanager
def tampering() -> Iterator[None]:
    """The database as somebody with its password sees it: no triggers, no foreign keys."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            for table in TABLES:
                for event in ("UPDATE", "DELETE"):
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{triggers.name_of(table, event)}"')
        try:
            yield
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = DEFAULT")
            else:
                cursor.execute("PRAGMA foreign_keys = ON")
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
                for table, events in zip(TABLES, [("UPDATE", "DELETE"), ("UPDATE",), ("UPDATE", "DELETE")], strict=True):
                    triggers.install("default", table, events=events)


def run(sql: str, *params: int) -> None:
    """One statement, behind Django's back."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_an_honest_chain_verifies() -> None:
    """Whatever JSON went in, its digest fits what comes out of either database."""
    write(5)
    report = queries.verify_chain()
    assert (report.links, report.broken_at, report.complete) == (5, None, True)
    assert AuditUnsealed.objects.count() == 0
    assert queries.verify_chain(limit=0).complete is False


CHANGES = [
    ("record_auditentry", "at", "'2026-11-22 04:00:02.000001+00:00'"),
    ("record_auditentry", "by_id", "by_id + 1"),
    ("record_auditentry", "verb", "'test.changf'"),
    ("record_auditentry", "target_type", "'accounts.usfr'"),
    ("record_auditentry", "target_id", "target_id || '0'"),
    ("record_auditentry", "target_label", "target_label || ' '"),
    ("record_auditentry", "group_id", "NULL"),
    ("record_auditentry", "source", "'x'"),
    ("record_auditentry", "detail_digest", "''"),
    ("record_auditdetail", "before", """'{"n": 99}'"""),
    ("record_auditdetail", "after", "NULL"),
    ("record_auditseal", "digest", "'0' || substr(digest, 2, 62) || 'z'"),
    ("record_auditseal", "sealed_at", "'2026-11-22 05:00:00+00:00'"),
    ("record_auditseal", "number", "number + 1000"),
]


def test_a_change_of_any_column_is_found() -> None:
    """Every column of every sealed table, changed by one who switched the triggers off; each change is taken back."""
    third = write(5)[2]
    for table, column, value in CHANGES:
        where = "id" if table == "record_auditentry" else "entry_id"
        with tampering(), transaction.atomic():
            run(f"UPDATE {table} SET {column} = {value} WHERE {where} = %s", third.pk)
            assert queries.verify_chain().broken_at == 3, f"{table}.{column}"
            transaction.set_rollback(True)
    assert queries.verify_chain().broken_at is None


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps no bytes that are not text")
@pytest.mark.parametrize("column", ["record_auditentry.target_label", "record_auditentry.at", "record_auditdetail.after"])
def test_bytes_that_are_no_text_are_found(column: str) -> None:
    """What cannot even be read is reported as the link it belongs to, not as a crash."""
    table, name = column.split(".")
    third = write(5)[2]
    with tampering():
        run(f"UPDATE {table} SET {name} = CAST(x'ff{third.pk:02x}' AS TEXT) WHERE {'id' if name != 'after' else 'entry_id'} = %s", third.pk)
    report = queries.verify_chain()
    assert (report.broken_at, report.reason) == (3, "it cannot be read")


def test_a_deleted_row_is_found() -> None:
    """In the middle, by one who switched the triggers off."""
    third = write(5)[2]
    for table in TABLES:
        with tampering(), transaction.atomic():
            run(f"DELETE FROM {table} WHERE {'id' if table == 'record_auditentry' else 'entry_id'} = %s", third.pk)
            assert queries.verify_chain().broken_at == 3, table
            transaction.set_rollback(True)


def test_a_cut_end_and_a_rewritten_chain_are_found() -> None:
    """The sealer remembers its last link elsewhere."""
    entries = write(5)
    with tampering():
        run("DELETE FROM record_auditseal WHERE number = 5")
    assert queries.verify_chain().reason == "the end of the chain is missing"
    with tampering():
        run("DELETE FROM record_auditseal")
        for entry in entries:
            AuditUnsealed.objects.create(entry=entry)
    kept = Heartbeat.objects.get(name="audit-seal").detail
    record.seal(at=NOW + timedelta(minutes=2))
    record.beat(name="audit-seal", at=NOW, **kept)
    assert queries.verify_chain().reason == "the chain was written anew"


def test_erased_details_are_not_tampering() -> None:
    """A line that says so makes the difference."""
    entries = write(5)
    assert record.erase_details(entries=[entries[1].pk, entries[3].pk], by=None, at=NOW, why="asked for") == 2
    assert record.erase_details(entries=[entries[1].pk], by=None, at=NOW, why="asked for") == 0
    record.seal(at=NOW + timedelta(minutes=2))
    assert queries.verify_chain().broken_at is None
    assert AuditDetail.objects.filter(entry=entries[1]).exists() is False


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_change_what_was(table: str) -> None:
    """UPDATE of all three; DELETE of entries and seals; REPLACE and TRUNCATE do not slip through."""
    write(1)
    statements = [f"UPDATE {table} SET {'verb' if table == 'record_auditentry' else 'entry_id' if 'seal' in table else 'before'} = NULL"]
    if table != "record_auditdetail":
        statements.append(f"DELETE FROM {table}")
        statements.append(
            f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"REPLACE INTO {table} SELECT * FROM {table}"
        )
    for statement in statements:
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            run(statement)


def test_two_sealers_make_one_chain() -> None:
    """Both find the same entries; one wins, nothing is chained twice."""
    by = founder()
    for n in range(40):
        record.audit(by=by, verb="test.change", target=by, at=NOW + timedelta(seconds=n))
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        while record.seal(at=NOW, limit=7):
            pass
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tasks.seal()
    assert AuditSeal.objects.count() == 40
    assert queries.verify_chain().broken_at is None


def test_the_command_says_whether_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit by CommandError where it does not."""
    third = write(5)[2]
    call_command("verify_audit")
    assert "5 links" in capsys.readouterr().out
    with tampering():
        run("UPDATE record_auditentry SET verb = 'x' WHERE id = %s", third.pk)
    with pytest.raises(CommandError, match="link 3"):
        call_command("verify_audit")


def test_the_task_raises_and_closes_the_alarm() -> None:
    """Broken: an alarm with the link's number in it."""
    third = write(5)[2]
    tasks.verify()
    assert queries.chain_state().links == 5
    assert Alarm.objects.count() == 0
    with tampering():
        run("UPDATE record_auditentry SET verb = 'x' WHERE id = %s", third.pk)
    tasks.verify()
    alarm = queries.open_alarms().get(key="audit-broken")
    assert "3" in alarm.text
    with tampering():
        run("UPDATE record_auditentry SET verb = 'test.change' WHERE id = %s", third.pk)
    tasks.verify()
    assert queries.open_alarms().count() == 0


def test_a_long_chain_is_verified_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run goes on where the last one stopped."""
    monkeypatch.setattr("groupops.record.policy.VERIFY_AT_ONCE", 2)
    monkeypatch.setattr("groupops.record.queries.chain.BATCH", 2)
    write(5)
    seen = []
    for _run in range(4):
        tasks.verify()
        seen.append(Heartbeat.objects.get(name="audit-verify").detail["links"])
    assert seen == [2, 4, 5, 2]


def test_entries_that_stay_unsealed_raise_an_alarm() -> None:
    """The heartbeat looks; the sealer cannot complain about its own absence."""
    by = founder()
    record.audit(by=by, verb="test.change", target=by, at=NOW - timedelta(days=365))
    tasks.heartbeat()
    assert queries.open_alarms().filter(key="audit-unsealed").exists()
    tasks.seal()
    tasks.heartbeat()
    assert not queries.open_alarms().exists()
