"""The timeline of a person: everything in order of time, page by page, nothing twice, nothing of a group one does not see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from groupops.groups.models import Group
from members.models import DailyActivity, FormerName, Greeting
from members.profile import queries
from members.timeline import Entry, cut
from tests.factories.accounts import operator
from tests.factories.groups import NOW
from tests.factories.members import CareTaskFactory, MembershipFactory, MembershipTagFactory, NoteFactory, QuestionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def whole(person: int, kind: str = "") -> list[Entry]:
    """Every page of it."""
    entries, after = [], ""
    while True:
        page = queries.timeline([person], Group.objects.all(), after=after, kind=kind)
        entries += page.entries
        if not page.older:
            return entries
        after = page.older


def test_everything_in_order_and_nothing_twice() -> None:
    row, by = MembershipFactory(rejoins=1), operator()
    for n in range(100):
        DailyActivity.objects.create(membership=row, day=NOW.date() - timedelta(days=n), messages=n % 3)
        NoteFactory(membership=row, at=NOW - timedelta(hours=n // 7))
    QuestionFactory(membership=row)
    CareTaskFactory(membership=row, state="done", settled_at=NOW, settled_by=by)
    Greeting.objects.create(membership=row, by=by, at=NOW)
    FormerName.objects.create(person=row.person, name="旧名", until=NOW)
    MembershipTagFactory(membership=row)
    NoteFactory(membership=MembershipFactory())
    entries = whole(row.person_id)
    keys = [entry.key for entry in entries]
    assert len(keys) == len(set(keys)) == 66 + 100 + 6
    assert [(e.at, e.key) for e in entries] == sorted(((e.at, e.key) for e in entries), reverse=True)
    assert {entry.kind for entry in entries} == {"stay", "talk", "question", "care", "note", "tag", "name"}
    assert len(whole(row.person_id, "note")) == 100


def test_only_of_groups_that_are_given_and_at_one_cost() -> None:
    row = MembershipFactory()
    NoteFactory(membership=row)
    assert queries.timeline([row.person_id], Group.objects.none()).entries == []
    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            queries.timeline([row.person_id], Group.objects.all())
        costs.append(len(asked))
        for n in range(50):
            NoteFactory(membership=row, at=NOW - timedelta(minutes=n))
    assert costs[0] == costs[1]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), unique=True), st.integers(1, 7))
def test_cut_pages_like_one_list(rows: list[tuple[int, int]], size: int) -> None:
    """Whatever the times, pages of a section put together are the section."""
    entries = [Entry(NOW + timedelta(seconds=at), f"x:{key:03}", "note", "") for at, key in rows]
    seen: list[Entry] = []
    before = None
    while page := cut(entries, before, size):
        seen += page
        before = (page[-1].at, page[-1].key)
    assert seen == sorted(entries, key=lambda e: (e.at, e.key), reverse=True)
