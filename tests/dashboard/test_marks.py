"""Marks on things to do: taken on, given away, put off, taken back, and swept when their thing is gone."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.dashboard import queries
from groupops.dashboard import services as dashboard
from groupops.dashboard.models import TaskMark
from groupops.dashboard.policy import FORGET, KEEP
from groupops.record.models import AuditEntry
from groupops.shared.errors import Refused
from groupops.shared.today import LIMIT, TodayItem
from tests.dashboard import seeded
from tests.factories import accounts
from tests.factories.groups import NOW, GroupFactory

pytestmark = pytest.mark.django_db
ITEM = TodayItem(key="question:1", at=NOW, kind="question", text="张三问了什么", url="/", group="一群", group_ids=(7,))
SEES = frozenset({"question:1"})


@pytest.fixture
def by() -> User:
    """An operator."""
    return accounts.operator()


def mark() -> TaskMark:
    """The one on ITEM."""
    return TaskMark.objects.get(key=ITEM.key)


def test_taking_on_and_giving_away_is_audited(by: User) -> None:
    """One mark a thing, one line an act, in the trail of the one group."""
    other = accounts.operator()
    dashboard.assign(item=ITEM, to=by, sees=SEES, by=by, at=NOW)
    dashboard.assign(item=ITEM, to=other, sees=SEES, by=by, at=NOW + timedelta(minutes=1))
    assert mark().assignee == other
    assert list(AuditEntry.objects.filter(verb="task.assign").values_list("by", "group_id")) == [(by.pk, 7)] * 2


@pytest.mark.parametrize("to", [accounts.viewer, lambda: accounts.operator(is_active=False), accounts.admin])
def test_nobody_gets_what_they_cannot_do(by: User, to: object) -> None:
    """A viewer, somebody who was locked out, somebody whose list does not have it."""
    with pytest.raises(Refused):
        dashboard.assign(item=ITEM, to=to(), sees=frozenset({"question:2"}), by=by, at=NOW)  # type: ignore[operator]
    assert not TaskMark.objects.exists()


def test_a_viewer_marks_nothing() -> None:
    """Whatever the door let through."""
    with pytest.raises(Refused):
        dashboard.snooze(item=ITEM, until=NOW + timedelta(hours=1), by=accounts.viewer(), at=NOW)


def test_what_was_put_off_wakes_by_itself(by: User, settings: Settings) -> None:
    """It is shown again from the very moment on, and stands under its own pill until then."""
    settings.TODAY_SOURCES = seeded.SOURCES
    GroupFactory(owner=accounts.founder())
    [task] = queries.todo(by, NOW).tasks
    dashboard.snooze(item=task.item, until=NOW + timedelta(hours=1), by=by, at=NOW)
    before, after = NOW + timedelta(minutes=59), NOW + timedelta(hours=1)
    assert [len(queries.todo(by, at).tasks) for at in (NOW, before, after)] == [0, 0, 1]
    assert len(queries.todo(by, before, queries.Asked(who="snoozed")).tasks) == 1
    assert queries.todo(by, before).by_who == {"all": 0, "mine": 0, "unassigned": 0, "snoozed": 1}
    dashboard.wake(item=task.item, by=by, at=before)
    assert len(queries.todo(by, before).tasks) == 1


def test_an_act_is_taken_back_unless_somebody_has_acted_since(by: User) -> None:
    """Undo gives back what was before it; a later act of another person stays."""
    dashboard.assign(item=ITEM, to=by, sees=SEES, by=by, at=NOW)
    before = dashboard.snooze(item=ITEM, until=NOW + timedelta(hours=1), by=by, at=NOW + timedelta(minutes=1))
    dashboard.restore(before=before, by=by, at=NOW + timedelta(minutes=2))
    assert (mark().assignee, mark().snoozed_until) == (by, None)
    again = dashboard.snooze(item=ITEM, until=NOW + timedelta(hours=1), by=by, at=NOW + timedelta(minutes=3))
    dashboard.assign(item=ITEM, to=None, sees=SEES, by=accounts.founder(), at=NOW + timedelta(minutes=4))
    with pytest.raises(Refused):
        dashboard.restore(before=again, by=by, at=NOW + timedelta(minutes=5))
    assert mark().snoozed_until == NOW + timedelta(hours=1)


@pytest.mark.parametrize("key", ["", "k" * 81])
def test_a_thing_without_a_name_cannot_be_marked(by: User, key: str) -> None:
    """There is nothing the mark could hang on."""
    with pytest.raises(Refused):
        dashboard.assign(item=TodayItem(key=key, at=NOW, kind="x", text="x", url="/"), to=by, sees=frozenset({key}), by=by, at=NOW)


def test_only_marks_of_things_that_are_gone_are_swept(by: User, settings: Settings) -> None:
    """After a day; what still sleeps stays, and what somebody still sees."""
    settings.TODAY_SOURCES = seeded.SOURCES
    group = GroupFactory(owner=accounts.founder())
    old, at = NOW - KEEP - timedelta(minutes=1), NOW
    marks = {
        "gone": {"at": old},
        "fresh": {"at": NOW},
        "asleep": {"at": old, "snoozed_until": NOW + timedelta(hours=1)},
        f"seed:{group.pk}": {"at": old},
    }
    for key, values in marks.items():
        TaskMark.objects.create(key=key, by=by, **values)
    assert dashboard.sweep(at=at) == 1
    assert set(TaskMark.objects.values_list("key", flat=True)) == set(marks) - {"gone"}
    assert dashboard.sweep(at=NOW + FORGET + KEEP) == 3  # one has its thing still, but no mark grows older than two months
    assert not TaskMark.objects.exists()


def test_while_a_source_is_full_marks_only_go_by_age(by: User, settings: Settings) -> None:
    """What lies behind its limit is not gone."""
    settings.TODAY_SOURCES = seeded.SOURCES
    GroupFactory.create_batch(LIMIT)
    TaskMark.objects.create(key="beyond", by=by, at=NOW - KEEP - timedelta(minutes=1))
    assert dashboard.sweep(at=NOW) == 0
    assert dashboard.sweep(at=NOW + FORGET) == 1
