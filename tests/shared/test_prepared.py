"""Statements that are prepared once a connection: what comes of them is the same everywhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from groupops.groups.models import Kind
from groupops.shared import prepared
from tests.factories.groups import KindFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SQL = f"SELECT name || '%%' FROM {Kind._meta.db_table} WHERE slug = %s AND position > %s"  # noqa: S608  (our own names)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """As on a connection that was just opened."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        prepared._known.clear()
    yield
    prepared._known.clear()


def found(*values: Any) -> list[Any]:
    """What the statement says."""
    with prepared.executed(SQL, values) as cursor:
        return [row[0] for row in cursor.fetchall()]


def test_it_says_the_same_each_time() -> None:
    """Values are values, a percent sign is one, None and quotes are no trouble."""
    kind = KindFactory(name="it's", position=7)
    assert [found(kind.slug, 6), found(kind.slug, 7), found("'", 0), found(None, 0), found(kind.slug, 0)] == [
        ["it's%"],
        [],
        [],
        [],
        ["it's%"],
    ]


def test_it_is_prepared_once_a_connection_even_if_that_is_rolled_back() -> None:
    """PostgreSQL keeps a statement whatever becomes of the transaction it was prepared in."""
    with CaptureQueriesContext(database) as seen:
        with transaction.atomic():
            found("x", 0)
            transaction.set_rollback(True)
        found("x", 0)
    assert sum("PREPARE" in query["sql"] for query in seen.captured_queries) == (database.vendor == "postgresql")


def test_behind_a_pool_nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next transaction may run on another server."""
    monkeypatch.setitem(database.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # noqa: FBT003
    with CaptureQueriesContext(database) as seen:
        found("x", 0)
    assert [query["sql"].split()[0] for query in seen.captured_queries] == ["SELECT"]


def test_a_query_is_written_once_with_room_for_what_comes_later() -> None:
    """Its own values stand in it, a percent sign and a quote too; the stand-ins' places are filled by name."""
    if database.vendor != "postgresql":
        pytest.skip("written for PostgreSQL alone")
    made = [KindFactory(name=name, position=n) for n, name in enumerate(["100%", "it's", "100%"])]
    rows = Kind.objects.filter(name__in=["100%", "it's"], position__gte=7777, name__contains="%").order_by("pk")
    asked = prepared.query(rows.values_list("pk", flat=True), {"least": 7777})
    assert asked.names == ("least",)
    with prepared.executed(asked.sql, asked.values(least=1)) as cursor:
        assert [pk for (pk,) in cursor.fetchall()] == [made[2].pk]
