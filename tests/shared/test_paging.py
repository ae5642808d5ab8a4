"""Keyset paging: every row once, in order, forwards and backwards, on both databases."""

import pytest
from django.http import QueryDict

from groupops.accounts.models import User
from groupops.record import services as record
from groupops.record.models import AuditEntry
from groupops.shared import paging
from tests.factories.accounts import UserFactory, founder
from tests.factories.groups import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def walk(size: int, **options: object) -> tuple[list[int], list[int]]:
    """The keys of every page forwards, and of every page back from the last."""
    forwards: list[int] = []
    query, rows = QueryDict("q=x"), AuditEntry.objects.all()
    while True:
        page = paging.page(rows, query=query, order=("at", "id"), size=size, **options)  # type: ignore[arg-type]
        forwards += [row.pk for row in page.rows]
        if not page.older:
            break
        query = QueryDict(page.older[1:])
        assert query["q"] == "x"
    back = [row.pk for row in page.rows]
    while page.newer:
        page = paging.page(rows, query=QueryDict(page.newer[1:]), order=("at", "id"), size=size, **options)  # type: ignore[arg-type]
        back = [row.pk for row in page.rows] + back
    return forwards, back


@pytest.mark.parametrize("descending", [True, False])
def test_every_row_once_also_where_times_are_equal(descending: bool) -> None:
    """Seven rows at two moments, three a page, there and back."""
    by = founder()
    keys = [record.audit(by=by, verb="x", target=by, at=NOW.replace(microsecond=n % 2)).pk for n in range(7)]
    expected = [row.pk for row in AuditEntry.objects.order_by("-at", "-id" if descending else "id")]
    if not descending:
        expected = [row.pk for row in AuditEntry.objects.order_by("at", "id")]
    forwards, back = walk(3, descending=descending)
    assert sorted(forwards) == sorted(keys)
    assert forwards == expected
    assert back == expected


def test_two_queries_a_page(django_assert_num_queries: pytest.FixtureRequest) -> None:
    """The rows and the count."""
    founder()
    with django_assert_num_queries(2):  # type: ignore[operator]
        paging.page(User.objects.all(), query=QueryDict())


def test_the_count_stops() -> None:
    """At a thousand, whatever there is."""
    User.objects.bulk_create(UserFactory.build(username=f"u{n}", password="x") for n in range(1005))
    page = paging.page(User.objects.all(), query=QueryDict())
    assert (page.count, page.capped, page.count_label) == (1000, True, "1,000+")


def test_a_position_is_good_for_its_own_list() -> None:
    """Damaged, or made for other columns: refused, never a database error."""
    for n in range(3):
        UserFactory(username=f"u{n}")
    older = paging.page(User.objects.all(), query=QueryDict(), order=("username", "id"), size=1).older
    assert older
    for query in (QueryDict("after=x"), QueryDict("before=" + "a" * 500), QueryDict(older[1:])):
        with pytest.raises(paging.DamagedPosition):
            paging.page(AuditEntry.objects.all(), query=query, order=("at", "id"))
