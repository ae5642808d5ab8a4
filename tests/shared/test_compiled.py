"""Querysets whose SQL is made once say what the querysets say, on both databases."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from groupops.messaging.models import Connection
from groupops.shared.compiled import Among, Compiled, CompiledUpdate, Given
from members.models import Person
from tests.factories.inbound import NOW
from tests.factories.messaging import ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NASTY = "100% %s it's {} \\ 😀"


def person(remote_id: str, *, realm: str = NASTY, name: str = "%") -> Person:
    """Somebody of a realm whose name is trouble."""
    return Person.objects.create(realm=realm, remote_id=remote_id, name=name, named_at=NOW, first_seen_at=NOW - timedelta(days=1))


def test_it_says_what_the_queryset_says_each_time() -> None:
    """Constants stand in the SQL, also those with signs of it; what is given differs from time to time."""
    people = [person("a"), person(NASTY), person("c", realm="other"), person("d", name="no")]
    named = Compiled(
        lambda: (
            Person.objects.filter(Among("remote_id", "ids"), realm=NASTY, name__contains="%", named_at__gte=Given("since"))
            .order_by("pk")
            .values_list("pk", "remote_id", "named_at", "merged_into_id")
        )
    )
    ids = [one.remote_id for one in people]
    assert [tuple(row) for row in named(ids=ids, since=NOW)] == [(one.pk, one.remote_id, NOW, None) for one in people[:2]]
    assert [row[0] for row in named(ids=["a"], since=NOW)] == [people[0].pk]
    assert named(ids=[], since=NOW) == named(ids=ids, since=NOW + timedelta(microseconds=1)) == []


def test_a_moment_is_one_that_the_rest_of_django_takes() -> None:
    """Zone and all: it is subtracted, compared and written back."""
    person("a")
    [(moment,)] = Compiled(lambda: Person.objects.filter(remote_id=Given("id")).values_list("named_at"))(id="a")
    assert (moment, moment.utcoffset(), moment - NOW) == (NOW, timedelta(), timedelta())


def test_an_update_says_how_many_there_were() -> None:
    """None, moments and expressions."""
    one, other = ConnectionFactory(), ConnectionFactory()
    stamp = CompiledUpdate(
        lambda: (Connection.objects.filter(pk=Given("pk"), paused=False), {"last_event_at": Given("at"), "cursor": F("name")})
    )
    assert (stamp(pk=one.pk, at=NOW), stamp(pk=0, at=NOW)) == (1, 0)
    one.refresh_from_db()
    assert (one.last_event_at, one.cursor) == (NOW, one.name)
    assert stamp(pk=one.pk, at=None) == 1
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.last_event_at, other.last_event_at) == (None, None)


def test_one_query_each_time() -> None:
    """And what is made once is not made again."""
    made = []
    rows = Compiled(lambda: made.append(1) or Person.objects.filter(pk=Given("pk")).values_list("pk"))  # type: ignore[func-returns-value]
    rows(pk=1)
    with CaptureQueriesContext(connection) as seen:
        rows(pk=2)
    assert (len(seen), len(made)) == (1, 1)
