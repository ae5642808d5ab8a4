"""What follows the welcome: lists made once and bounded, what is left of them dropped, the alarm that closes by itself, Today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.groups import services as groups
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle, Scope
from groupops.record.models import Alarm
from groupops.shared import clock
from groupops.shared.today import TodayItem
from members.caring import CareState
from members.models import CareTask, Intake, Membership, Newcomer
from members.newcomers import services as newcomers
from members.newcomers.lists import LISTS, lists_by
from members.newcomers.today import source
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW, GroupFactory
from tests.factories.members import MembershipFactory, NewcomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def newcomer(group: Group | None = None, *, joined_at: Any = NOW, **values: Any) -> Newcomer:
    """Somebody who joined then."""
    given = {"group": group} if group else {}
    row: Newcomer = NewcomerFactory(membership=MembershipFactory(joined_at=joined_at, **given), **values)
    return row


def sorts(row: Newcomer, state: str = "open") -> set[str]:
    """What is to be done for them."""
    return set(CareTask.objects.filter(membership=row.membership, state=state).values_list("sort", flat=True))


def test_three_lists_of_four_each_at_its_time_and_once() -> None:
    row = newcomer()
    seen = []
    for days in (0, 0, 0.5, 1, 2, 7, 8):
        newcomers.make_lists(at=NOW + days * DAY)
        seen.append(CareTask.objects.count())
    assert seen == [4, 4, 4, 8, 8, 12, 12]
    assert sorts(row) == {sort.value for one in LISTS for sort in one.sorts}
    assert set(CareTask.objects.values_list("due_at", flat=True)) == {NOW + DAY, NOW + 7 * DAY, NOW + 30 * DAY}


def test_a_kill_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    newcomer()

    def die(*_rows: Any, **_values: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("members.newcomers.services.following.bulk.update", die)
        with pytest.raises(KeyboardInterrupt):
            newcomers.make_lists(at=NOW)
    assert not CareTask.objects.exists()
    newcomers.make_lists(at=NOW)
    assert CareTask.objects.count() == 4


def test_so_many_of_a_week_have_their_own_the_others_are_one_task() -> None:
    group = GroupFactory()
    groups.set_policy(name="members.onboarding", scope=Scope.GROUP, group=group, value={"personal_lists": 2}, by=None, at=NOW)
    rows = [newcomer(group, joined_at=NOW - n * HOUR) for n in range(5)]
    newcomers.make_lists(at=NOW)
    newcomers.make_lists(at=NOW + HOUR)
    assert [bool(sorts(row)) for row in rows] == [False, False, False, True, True], "the first to join"
    late = newcomer(group, joined_at=NOW + HOUR)  # still Sunday
    newcomers.make_lists(at=NOW + HOUR)
    assert not sorts(late)
    assert [str(row.week) for row in Intake.objects.all()] == ["2026-11-16"]
    monday = newcomer(group, joined_at=NOW + DAY)
    newcomers.make_lists(at=NOW + DAY)
    assert sorts(monday)


@pytest.mark.parametrize("lifecycle", [Lifecycle.PAUSED, Lifecycle.ARCHIVED])
def test_no_lists_where_nobody_works_nor_for_who_left_or_came_back(lifecycle: Lifecycle) -> None:
    newcomer(GroupFactory(lifecycle=lifecycle))
    gone, back, old = newcomer(), newcomer(), newcomer(joined_at=NOW - 31 * DAY)
    Membership.objects.filter(pk=gone.membership_id).update(left_at=NOW, left_how="left")
    Membership.objects.filter(pk=back.membership_id).update(rejoins=1)
    assert newcomers.make_lists(at=NOW) == 0
    assert old.lists == 0


def test_switched_off() -> None:
    row = newcomer()
    groups.set_policy(name="members.onboarding", scope=Scope.SITE, value={"lists_on": False}, by=None, at=NOW)
    newcomers.make_lists(at=NOW)
    assert not sorts(row)
    assert not Intake.objects.exists()


def test_what_nobody_did_is_dropped_after_its_time() -> None:
    row = newcomer()
    newcomers.make_lists(at=NOW)
    assert newcomers.drop_leftovers(at=NOW + 3 * DAY) == 0
    assert newcomers.drop_leftovers(at=NOW + 4 * DAY) == 4
    assert newcomers.drop_leftovers(at=NOW + 4 * DAY) == 0
    assert len(sorts(row, "dropped")) == 4


def test_lists_only_grow() -> None:
    assert [lists_by(NOW, NOW + days * DAY) for days in (0, 0.9, 1, 6, 7, 29)] == [1, 1, 2, 2, 3, 3]


def test_an_unanswered_first_message_is_an_alarm_until_it_is_answered() -> None:
    row = newcomer(first_spoke_at=NOW, answer_due_at=NOW + 4 * HOUR)
    assert newcomers.watch_first_messages(at=NOW + 3 * HOUR) == (0, 0)
    assert newcomers.watch_first_messages(at=NOW + 4 * HOUR) == (1, 0)
    assert newcomers.watch_first_messages(at=NOW + 5 * HOUR) == (0, 0)
    alarm = Alarm.objects.get(closed_at=None)
    assert (alarm.group_id, f"group={row.group_id}" in alarm.url) == (row.group_id, True)
    newcomers.mark_answered(newcomer=row, by=operator(), at=NOW + 5 * HOUR)
    assert newcomers.watch_first_messages(at=NOW + 5 * HOUR) == (0, 1)
    other = newcomer(first_spoke_at=NOW, answer_due_at=NOW + 4 * HOUR)
    newcomers.watch_first_messages(at=NOW + 5 * HOUR)
    assert newcomers.watch_first_messages(at=NOW + 4 * DAY) == (0, 1), "nobody will answer it any more"
    assert other.pk != row.pk


def texts(at: Any, user: Any = None) -> list[TodayItem]:
    """What Today says."""
    return source(user or operator(), at)


def test_today_one_line_a_newcomer_and_its_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    row = newcomer()
    newcomers.make_lists(at=NOW)
    [item] = texts(NOW)
    assert row.membership.person.name in str(item.text)
    assert "4" in str(item.text)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client = Client()
    client.force_login(operator())
    page = client.post(item.done_url, follow=True)
    assert texts(NOW) == []
    assert len(sorts(row, "done")) == 4
    undo = next(part for part in page.content.decode().split('"') if "/tasks/" in part and "pks=" in part)
    client.post(undo.replace("&amp;", "&"))
    assert len(sorts(row)) == 4
    assert texts(NOW, viewer()) == []


def test_today_the_later_lists_come_in_the_middle_of_their_time() -> None:
    newcomer()
    for days in (0, 1, 7):
        newcomers.make_lists(at=NOW + days * DAY)
    assert len(texts(NOW + 7 * DAY)) == 1, "one line a newcomer"
    newcomers.drop_leftovers(at=NOW + 15 * DAY)
    assert [item.at for item in texts(NOW + 15 * DAY)] == [NOW + 30 * DAY]


def test_today_who_waits_and_whole_weeks() -> None:
    row = newcomer(first_spoke_at=NOW, answer_due_at=NOW + 4 * HOUR)
    week = Intake.objects.create(group=row.group, week=NOW.date(), due_at=NOW + DAY, created_at=NOW)
    waits, whole = texts(NOW + 13 * HOUR)
    assert (waits.key, waits.urgent, whole.key) == (f"newcomer-waits:{row.pk}", True, f"newcomer-week:{week.pk}")
    client = Client()
    client.force_login(operator())
    client.post(waits.done_url)
    client.post(whole.done_url)
    assert texts(NOW + 13 * HOUR) == []
    client.post(reverse("members:newcomers-week", args=[week.pk, "open"]))
    week.refresh_from_db()
    assert (week.state, week.settled_at) == (CareState.OPEN, None)


def test_constant_queries() -> None:
    def cost(work: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as found:
            work()
        return len(found)

    def all_of_it(at: Any) -> list[int]:
        by = operator()
        made = cost(lambda: newcomers.make_lists(at=at)), cost(lambda: newcomers.watch_first_messages(at=at))
        return [*made, cost(lambda: source(by, at))]

    newcomer(first_spoke_at=NOW, answer_due_at=NOW)
    all_of_it(NOW)  # PostgreSQL prepares its statements once a connection
    newcomer(joined_at=NOW + HOUR, first_spoke_at=NOW + HOUR, answer_due_at=NOW + HOUR)
    few = all_of_it(NOW + HOUR)
    for _n in range(20):
        newcomer(joined_at=NOW + 2 * HOUR, first_spoke_at=NOW + 2 * HOUR, answer_due_at=NOW + 2 * HOUR)
    assert all_of_it(NOW + 2 * HOUR) == few


def test_the_database_keeps_it_once() -> None:
    row = newcomer()
    Intake.objects.create(group=row.group, week=NOW.date(), due_at=NOW, created_at=NOW)
    for make in (
        lambda: Intake.objects.create(group=row.group, week=NOW.date(), due_at=NOW, created_at=NOW),
        lambda: Intake.objects.update(state="done"),
        lambda: Newcomer.objects.update(lists=4),
        lambda: Newcomer.objects.update(answered_at=NOW),
        lambda: Newcomer.objects.update(buddy_user=operator(), buddy_member=row.membership),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
