"""值守覆盖: what counts as a gap, its alarms, the strip of days, and who sees what."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.coverage import Asked, DayState, Facts, Gap, Plan, Told, open_gaps, strip
from content.policy import PostState, SlotState
from content.queries.coverage import coverage, strips
from content.services import coverage as content
from groupops.groups import services as groups
from groupops.groups.models import Group, GroupDay, Policy
from groupops.groups.policy import Coverage, Lifecycle, Scope
from groupops.messaging.models import Pause
from groupops.record.models import Alarm
from members.models import Question
from tests.factories.accounts import operator, volunteer
from tests.factories.content import PostFactory, ScheduleFactory, SlotFactory, bound
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.inbound import StoredEventFactory
from tests.factories.members import MembershipFactory, QuestionFactory

SHANGHAI = "Asia/Shanghai"
TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BEFORE = NOON - timedelta(days=30)


def hour(n: float, day: int = 0) -> datetime:
    """An hour of Shanghai's clock, today or some days on."""
    return datetime(2026, 11, 21, 16, 0, tzinfo=UTC) + timedelta(days=day, hours=n)


def facts(**values: Any) -> Facts:
    """A group that has had its room for a month."""
    return Facts(SHANGHAI, Coverage(), BEFORE, **values)


@pytest.mark.parametrize(
    ("n", "known", "expected"),
    [
        (13, {}, [(Gap.EMPTY, TODAY)]),
        (11, {}, [(Gap.EMPTY, TODAY - timedelta(days=1))]),
        (11, {"sent": {TODAY: 1}}, []),
        (11, {"sent": {TODAY - timedelta(days=1): 3}}, []),
        (13, {"sent": {TODAY: 1}}, []),
        (13, {"plans": {TODAY: Plan(4, 0, coming=True)}}, []),
        (13, {"plans": {TODAY: Plan(4, 4)}}, []),  # left out on purpose
        (13, {"plans": {TODAY: Plan(4, 3)}}, [(Gap.EMPTY, TODAY)]),
        (13, {"has_plan": False}, []),
        (13, {"has_plan": False, "asked": [Asked(hour(8.5))]}, [(Gap.QUESTION, TODAY)]),
        (12, {"has_plan": False, "asked": [Asked(hour(8.5))]}, []),
        (13, {"has_plan": False, "asked": [Asked(hour(8.5), hour(9))]}, []),
        (9, {"has_plan": False, "asked": [Asked(hour(20, -1))]}, []),  # two hours in the evening and one this morning
        (10, {"has_plan": False, "asked": [Asked(hour(20, -1))]}, [(Gap.QUESTION, TODAY - timedelta(days=1))]),
        (13, {"has_plan": False, "told": [Told(hour(9))]}, [(Gap.SLOT, TODAY)]),
        (13, {"has_plan": False, "told": [Told(hour(9), hour(9.1))]}, []),
        (13, {"has_plan": False, "hears": False, "told": [Told(hour(9))]}, []),  # nothing can be heard there
    ],
)
def test_what_stands_open(n: float, known: dict[str, Any], expected: list[tuple[Gap, date]]) -> None:
    assert open_gaps(facts(**known), hour(n)) == expected


def test_a_group_that_got_its_room_today_missed_nothing() -> None:
    young = Facts(SHANGHAI, Coverage(), hour(12.5))
    assert open_gaps(young, hour(13)) == []
    assert [cover.state for cover in strip(young, [TODAY - timedelta(days=1), TODAY], hour(13))] == [DayState.NONE, DayState.OPEN]


def test_the_strip_tells_a_covered_day_from_one_with_a_gap_and_from_one_without_anything() -> None:
    days = [TODAY - timedelta(days=back) for back in (3, 2, 1, 0)]
    known = facts(
        has_plan=False,
        sent={days[0]: 4, days[1]: 2},
        asked=[Asked(hour(9, -2), hour(15, -2))],
        told=[Told(hour(9, -3), hour(9.5, -3)), Told(hour(21, -2), hour(13, -1))],
    )
    found = strip(known, days, hour(10))
    assert [cover.state for cover in found] == [DayState.COVERED, DayState.GAP, DayState.NONE, DayState.OPEN]
    assert found[1].gaps == (Gap.QUESTION, Gap.SLOT)
    assert str(Gap.SLOT.label) in found[1].reasons


def test_a_few_of_many_questions_do_not_spoil_a_day() -> None:
    day = TODAY - timedelta(days=1)
    lost, found = Asked(hour(9, -1)), Asked(hour(9, -1), hour(9.2, -1))
    few = facts(has_plan=False, asked=[lost, *[found] * 4])
    many = facts(has_plan=False, asked=[lost, *[found] * 3])
    assert strip(few, [day], hour(10))[0].state == DayState.MOSTLY
    assert strip(many, [day], hour(10))[0].state == DayState.GAP


db = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    """A group with a room for a long time, a plan, and talk."""
    found = bound()
    found.binding.bound_at = BEFORE
    found.binding.save()
    ScheduleFactory(group=found)
    StoredEventFactory(binding=found.binding, occurred_at=NOON - timedelta(days=2))
    GroupDay.objects.create(group=found, day=TODAY, posts_sent=1)
    return found


def open_keys() -> set[str]:
    """The keys of the open alarms."""
    return set(Alarm.objects.filter(closed_at=None).values_list("key", flat=True))


@db
def test_an_alarm_opens_once_and_closes_by_itself(group: Group) -> None:
    GroupDay.objects.all().delete()
    assert content.watch(at=hour(13)) == (1, 0)
    assert open_keys() == {f"coverage:empty:{group.pk}:2026-11-22"}
    alarm = Alarm.objects.get()
    assert (alarm.severity, alarm.group_id) == ("warning", group.pk)
    assert group.name in alarm.text
    assert content.watch(at=hour(13.1)) == (0, 0)
    GroupDay.objects.create(group=group, day=TODAY, posts_sent=1)
    assert content.watch(at=hour(14)) == (0, 1)
    assert open_keys() == set()


@db
@pytest.mark.parametrize("what", ["paused group", "paused sending", "all paused", "no room", "sandbox", "lost channel", "archived"])
def test_a_group_that_cannot_be_covered_never_alarms(group: Group, what: str) -> None:
    GroupDay.objects.all().delete()
    match what:
        case "paused group":
            Group.objects.update(lifecycle=Lifecycle.PAUSED)
        case "archived":
            Group.objects.update(lifecycle=Lifecycle.ARCHIVED)
        case "paused sending":
            Pause.objects.create(sort="speaking", group=group, by=operator(), at=NOW)
        case "all paused":
            Pause.objects.create(sort="speaking", by=operator(), at=NOW)
        case "no room":
            group.binding.delete()
        case "sandbox":
            Group.objects.update(sandbox=True)
        case "lost channel":
            group.binding.connection.paused = True
            group.binding.connection.save()
    assert content.watch(at=hour(13)) == (0, 0)


@db
def test_what_is_still_to_come_today_is_no_gap(group: Group) -> None:
    GroupDay.objects.all().delete()
    slot = SlotFactory(schedule=group.schedules.get(), day=TODAY, due_at=hour(18))
    assert content.watch(at=hour(13)) == (0, 0)
    slot.state = SlotState.SKIPPED
    slot.save()
    assert content.watch(at=hour(13)) == (0, 0), "a person meant it"
    slot.state = SlotState.MISSED
    slot.save()
    assert content.watch(at=hour(13)) == (1, 0)
    PostFactory(group=group, due_at=hour(20))
    assert content.watch(at=hour(13)) == (0, 1)


@db
def test_a_question_that_found_nobody(group: Group) -> None:
    question = QuestionFactory(membership=MembershipFactory(group=group), asked_at=hour(8.5))
    assert content.watch(at=hour(12)) == (0, 0)
    assert content.watch(at=hour(13)) == (1, 0)
    assert open_keys() == {f"coverage:question:{group.pk}:2026-11-22"}
    assert reverse("members:questions") in Alarm.objects.get().url
    Question.objects.filter(pk=question.pk).update(taken_by=operator(), taken_at=hour(13))
    assert content.watch(at=hour(13.2)) == (0, 1), "somebody is at it"


@db
def test_a_slot_that_nobody_reacted_to(group: Group) -> None:
    slot = SlotFactory(schedule=group.schedules.get(), day=TODAY, state=SlotState.RELEASED)
    PostFactory(group=group, slot=slot, state=PostState.SENT, due_at=hour(9), sent_at=hour(9))
    assert content.watch(at=hour(12.9)) == (0, 0)
    assert content.watch(at=hour(13)) == (1, 0)
    assert open_keys() == {f"coverage:slot:{group.pk}:2026-11-22"}
    StoredEventFactory(binding=group.binding, occurred_at=hour(13.2))
    assert content.watch(at=hour(13.3)) == (0, 1)


@db
def test_what_a_person_posts_is_a_sign_of_life(group: Group) -> None:
    slot = SlotFactory(schedule=group.schedules.get(), day=TODAY, state=SlotState.RELEASED)
    PostFactory(group=group, slot=slot, state=PostState.SENT, due_at=hour(9), sent_at=hour(9))
    PostFactory(group=group, created_by=operator(), state=PostState.SENT, due_at=hour(11), sent_at=hour(11))
    assert content.watch(at=hour(13.5)) == (0, 0)


@db
def test_a_policy_makes_it_loud(group: Group) -> None:
    Policy.objects.create(name="content.coverage", scope=Scope.SITE, version=1, value={"loud": True, "silence_hours": 2}, at=NOW)
    QuestionFactory(membership=MembershipFactory(group=group), asked_at=hour(8.5))
    assert content.watch(at=hour(10.5)) == (1, 0)
    assert Alarm.objects.get().severity == "critical"


@db
def test_watching_costs_the_same_for_one_group_and_many(group: Group) -> None:
    costs = []
    for n in (2, 20):
        for _n in range(n):
            other = bound()
            other.binding.bound_at = BEFORE
            other.binding.save()
            slot = SlotFactory(schedule=ScheduleFactory(group=other), day=TODAY, state=SlotState.RELEASED)
            PostFactory(group=other, slot=slot, state=PostState.SENT, due_at=hour(9), sent_at=hour(9))
            QuestionFactory(membership=MembershipFactory(group=other), asked_at=hour(8.5))
            StoredEventFactory(binding=other.binding, occurred_at=hour(8))
        with CaptureQueriesContext(connection) as queries:
            opened, _closed = content.watch(at=hour(13))
        assert opened >= n
        costs.append(len(queries))
    assert costs[0] == costs[1]


@db
def test_strips_cost_the_same_for_one_group_and_many(group: Group) -> None:
    many = [group, *[bound() for _n in range(15)]]
    for found in many:
        slot = SlotFactory(schedule=ScheduleFactory(group=found), day=TODAY, state=SlotState.RELEASED)
        PostFactory(group=found, slot=slot, state=PostState.SENT, due_at=hour(9), sent_at=hour(9))
    costs = []
    for rows in (many[:2], many):
        with CaptureQueriesContext(connection) as queries:
            found_ = strips(rows, hour(14))
        assert {len(days) for days in found_.values()} == {14}
        costs.append(len(queries))
    assert costs[0] == costs[1]


@db
def test_the_strip_names_who_was_on_duty(group: Group) -> None:
    held = StaffPostFactory(group=group, since=BEFORE)
    groups.put_on_duty(group=group, user=held.user, weekdays=0b1000000, hours=[(8, 9)], by=None, at=BEFORE)
    days = strips([group], hour(14))[group.pk]
    assert [cover.day for cover in days if cover.names] == [date(2026, 11, 15), TODAY]
    assert days[-1].names == (str(held.user),)


@db
def test_each_reader_gets_the_gaps_of_their_groups(group: Group) -> None:
    GroupDay.objects.all().delete()
    content.watch(at=hour(13))
    held = StaffPostFactory(group=group, user=volunteer(), since=BEFORE)
    groups.put_on_duty(group=group, user=held.user, weekdays=127, hours=[(12, 14)], by=None, at=BEFORE)
    with CaptureQueriesContext(connection) as queries:
        found = coverage(held.user, hour(13))
    assert len(queries) <= 3
    assert (found.groups, found.covered) == (1, 0)
    assert (found.gaps[0].gap, found.gaps[0].group, found.gaps[0].on_duty) == (Gap.EMPTY, group.name, (str(held.user),))
    assert coverage(volunteer(), hour(13)).gaps == []
    GroupFactory()  # without a room: nothing to cover
    assert coverage(operator(), hour(13)).groups == 1


@db
def test_the_pages(group: Group) -> None:
    client = Client()
    client.force_login(operator())
    whole = client.get(reverse("content:coverage", args=[group.pk])).content.decode()
    card = client.get(reverse("content:coverage", args=[group.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in card
    assert whole.count('class="is-') >= 14
    assert group.name in client.get(reverse("content:coverage-overview")).content.decode()
