"""Every occurrence a row, once: planners at once or away, times moved, days left out, zones changed."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import HORIZON, PostKind, SlotState, Why, local_day
from content.services.schedules import Archived, NeverFalls, SlotOver, Stale
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.record.models import AuditEntry
from groupops.shared.errors import Invalid
from tests.content.conftest import made, table
from tests.content.test_rule import ZONES
from tests.factories.content import TODAY, ScheduleFactory, bound
from tests.factories.groups import NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


def days(first: int, last: int) -> list[date]:
    """Days relative to today, both included."""
    return [TODAY + n * DAY for n in range(first, last + 1)]


def test_a_new_schedule_has_its_slots_at_once(group: Group) -> None:
    """Noon in Shanghai: today's nine o'clock is over, so tomorrow is the first; rows to the horizon."""
    schedule = made(group)
    assert list(table(schedule)) == days(1, 8)
    assert set(table(schedule).values()) == {(f"{n:02} 01:00", "planned") for n in (*range(23, 31),)}
    assert made(group, at_time=time(12, 1)).slots.filter(day=TODAY).exists()


def test_planning_again_adds_only_the_new_day(group: Group) -> None:
    """Twice at one time nothing, a day later one row."""
    schedule = made(group)
    assert content.plan(at=NOW) == 0
    content.plan(at=NOW + DAY)
    assert list(table(schedule)) == days(1, 9)


def test_a_planner_that_was_away_leaves_no_day_out(group: Group) -> None:
    """Three weeks without beat: every day has its row, to be judged when it is found."""
    schedule = made(group)
    content.plan(at=NOW + 21 * DAY)
    assert list(table(schedule)) == days(1, 29)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_five_planners_at_once_give_the_same_rows() -> None:
    """Each slot once, whoever comes first; nobody breaks."""
    schedules = [
        ScheduleFactory.create(group=bound(zone=zone)) for zone in ("Asia/Shanghai", "America/New_York", "Asia/Shanghai") for _n in range(4)
    ]
    barrier, broken = threading.Barrier(5), []

    def planner() -> None:
        try:
            barrier.wait()
            for _round in range(3):
                content.plan(at=NOW)
        except Exception as error:  # noqa: BLE001  (any thread's failure is the test's)
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=planner) for _n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    for schedule in schedules:
        rule = schedule.rule
        expected = list(rule.days(rule.first_after(NOW), local_day(NOW, rule.zone) + HORIZON))
        found = list(Slot.objects.filter(schedule=schedule).order_by("day").values_list("day", "due_at"))
        assert found == [(day, rule.moment(day)) for day in expected]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(ZONES),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.integers(0, 10 * 365 * 24).map(lambda hours: datetime(2026, 1, 1, 0, 7, tzinfo=UTC) + timedelta(hours=hours)),
    st.lists(st.tuples(st.integers(-2, 60), st.sampled_from(["plan", "release", "both", "both"])), max_size=12),
)
def test_whatever_beat_does_every_slot_is_settled_once(
    db: None, zone: str, at_time: time, start: datetime, steps: list[tuple[int, str]]
) -> None:
    """Any zone, any decade; the clock goes on by hours and days or jumps back two hours; ticks are lost: no day is missing or open."""
    Group.objects.update(lifecycle=Lifecycle.ARCHIVED)  # the earlier examples, of other years
    Slot.objects.filter(state=SlotState.PLANNED).delete()
    schedule = made(bound(zone=zone), at_time=at_time, start=start.date(), kind=PostKind.TOPIC, at=start)
    now = latest = start
    for hours, tick in [*steps, (0, "both")]:
        now += timedelta(hours=hours)
        latest = max(now, latest)
        if tick in {"plan", "both"}:
            content.plan(at=now)
        if tick in {"release", "both"}:
            content.release(at=now)
    content.plan(at=latest)
    content.release(at=latest)
    rule = schedule.rule
    expected = [day for day in rule.days(rule.first_after(start), local_day(latest, zone)) if rule.moment(day) <= latest]
    settled = Slot.objects.filter(schedule=schedule, due_at__lte=latest).order_by("day")
    assert list(settled.values_list("day", flat=True)) == expected
    assert SlotState.PLANNED not in settled.values_list("state", flat=True)
    assert Post.objects.filter(slot__schedule=schedule).count() == settled.filter(state=SlotState.RELEASED).count()


def test_moving_the_time_moves_the_rows(group: Group) -> None:
    """09:00 to 09:30: the same rows, none added."""
    schedule = made(group)
    rows = set(schedule.slots.values_list("pk", flat=True))
    content.update_schedule(schedule=schedule, version=1, at_time=time(9, 30), by=None, at=NOW)
    assert set(schedule.slots.values_list("pk", flat=True)) == rows
    assert set(table(schedule).values()) == {(f"{n:02} 01:30", "planned") for n in range(23, 31)}


def test_moving_today_to_an_hour_that_has_passed_skips_it_and_back_revives_it(group: Group) -> None:
    """15:00 to 11:00 at noon: today is visibly skipped, not sent at once; 13:00 then plans it again."""
    schedule = made(group, at_time=time(15))
    moved = content.update_schedule(schedule=schedule, version=1, at_time=time(11), by=None, at=NOW)
    assert table(schedule)[TODAY] == ("22 03:00", "skipped")
    assert schedule.slots.get(day=TODAY).why == Why.MOVED
    content.update_schedule(schedule=moved, version=2, at_time=time(13), by=None, at=NOW)
    assert table(schedule)[TODAY] == ("22 05:00", "planned")
    assert schedule.slots.get(day=TODAY).why == Why.NONE


def test_a_day_that_was_sent_is_not_sent_again_by_moving_it(group: Group) -> None:
    """Sent at 09:00, moved to 21:00: today is done."""
    schedule = made(group, at_time=time(12, 30))
    content.release(at=NOW + 30 * MINUTE)
    content.update_schedule(schedule=schedule, version=1, at_time=time(21), by=None, at=NOW + 31 * MINUTE)
    assert table(schedule)[TODAY] == ("22 04:30", "released")
    assert Slot.objects.filter(schedule=schedule, day=TODAY).count() == 1


def test_changed_weekdays_take_away_and_add(group: Group) -> None:
    """From daily to Monday and back: planned rows go and come; what was released stays."""
    schedule = made(group, at_time=time(12, 30))
    content.release(at=NOW + 30 * MINUTE)
    at = NOW + 40 * MINUTE
    changed = content.update_schedule(schedule=schedule, version=1, weekdays=1, by=None, at=at)
    assert list(table(schedule)) == [TODAY, date(2026, 11, 23), date(2026, 11, 30)]
    content.update_schedule(schedule=changed, version=2, weekdays=127, by=None, at=at)
    assert list(table(schedule)) == days(0, 8)
    assert table(schedule)[TODAY][1] == SlotState.RELEASED


def test_a_due_slot_does_not_vanish_by_an_edit(group: Group) -> None:
    """Nothing ran since this morning; weekdays change: what was due stays to be judged."""
    schedule = made(group, at_time=time(12, 30))
    at = NOW + timedelta(hours=5)
    content.update_schedule(schedule=schedule, version=1, weekdays=1, by=None, at=at)
    assert table(schedule)[TODAY][1] == SlotState.PLANNED
    content.release(at=at)
    assert table(schedule)[TODAY][1] == SlotState.MISSED


def test_an_edit_after_a_long_outage_shows_what_was_due_under_the_old_rule(group: Group) -> None:
    """No planner for three weeks, then an edit: the days between are rows, and become missed."""
    schedule = made(group)
    content.update_schedule(schedule=schedule, version=1, weekdays=1, by=None, at=NOW + 21 * DAY)
    content.release(at=NOW + 21 * DAY)
    missed = [day for day, (_due, state) in table(schedule).items() if state == "missed"]
    assert missed == days(1, 21)


def test_the_second_of_two_editors_is_told(group: Group) -> None:
    """A version that is not the stored one changes nothing."""
    schedule = made(group)
    content.update_schedule(schedule=schedule, version=1, title="早", by=None, at=NOW)
    with pytest.raises(Stale):
        content.update_schedule(schedule=schedule, version=1, title="晚", by=None, at=NOW)
    schedule.refresh_from_db()
    assert (schedule.title, schedule.version) == ("早", 2)
    assert AuditEntry.objects.filter(verb="schedule.update").count() == 1


def test_switching_off_and_on(group: Group) -> None:
    """Off: coming rows go. On: planning begins with the next moment. Twice changes nothing."""
    schedule = made(group)
    off = content.disable(schedule=schedule, by=None, at=NOW)
    assert table(schedule) == {}
    assert content.disable(schedule=off, by=None, at=NOW).version == off.version
    content.plan(at=NOW + 5 * DAY)
    assert table(schedule) == {}
    content.enable(schedule=off, by=None, at=NOW + 5 * DAY)
    assert list(table(schedule)) == days(6, 13)
    assert AuditEntry.objects.filter(verb__in=["schedule.disable", "schedule.enable"]).count() == 2


def test_switched_off_with_a_slot_due_skips_it_visibly(group: Group) -> None:
    """The second between its time and its release belongs to the person who switched it off."""
    schedule = made(group, at_time=time(12, 30))
    content.disable(schedule=schedule, by=None, at=NOW + 31 * MINUTE)
    assert table(schedule) == {TODAY: ("22 04:30", "skipped")}
    assert schedule.slots.get().why == Why.DISABLED


def test_leaving_a_day_out_and_taking_it_back(group: Group) -> None:
    """A row that says so; back, it is planned at its moment. A day beyond the horizon gets its row when it is planned."""
    schedule, day, far = made(group), TODAY + 2 * DAY, TODAY + 10 * DAY
    for each in (day, far, day):
        content.skip_day(schedule=schedule, day=each, by=None, at=NOW)
    assert table(schedule)[day][1] == SlotState.SKIPPED
    content.plan(at=NOW + 3 * DAY)
    assert table(schedule)[far][1] == SlotState.SKIPPED
    content.unskip_day(schedule=schedule, day=far, by=None, at=NOW + 3 * DAY)
    assert table(schedule)[far] == ("02 01:00", "planned")
    assert AuditEntry.objects.filter(verb="schedule.skip_day").count() == 2


def test_a_left_out_day_stays_left_out_when_the_time_moves(group: Group) -> None:
    """Moved and switched off and on: a person's decision stands."""
    schedule, day = made(group), TODAY + 2 * DAY
    content.skip_day(schedule=schedule, day=day, by=None, at=NOW)
    moved = content.update_schedule(schedule=schedule, version=2, at_time=time(10), by=None, at=NOW)
    assert table(schedule)[day] == ("24 02:00", "skipped")
    content.enable(schedule=content.disable(schedule=moved, by=None, at=NOW), by=None, at=NOW)
    assert table(schedule)[day] == ("24 02:00", "skipped")


def test_what_cannot_be_left_out(group: Group) -> None:
    """A day without a slot, a day that is over, one at the end of the calendar."""
    schedule = made(group, weekdays=1, at_time=time(12, 30))
    with pytest.raises(NeverFalls):
        content.skip_day(schedule=schedule, day=TODAY, by=None, at=NOW)
    sunday = made(group, weekdays=64, at_time=time(12, 30))
    content.release(at=NOW + 30 * MINUTE)
    with pytest.raises(SlotOver):
        content.skip_day(schedule=sunday, day=TODAY, by=None, at=NOW + 30 * MINUTE)
    with pytest.raises(Invalid):
        content.skip_day(schedule=sunday, day=date(9999, 12, 26), by=None, at=NOW)
    content.skip_day(schedule=sunday, day=TODAY + 7 * DAY, by=None, at=NOW)
    with pytest.raises(SlotOver):
        content.unskip_day(schedule=sunday, day=TODAY + 7 * DAY, by=None, at=NOW + 8 * DAY)


def test_another_zone_moves_the_slots(group: Group) -> None:
    """The group moves from Shanghai to New York: its nine o'clock follows, and stays once a day."""
    schedule = made(group)
    Group.objects.filter(pk=group.pk).update(zone="America/New_York")
    content.plan(at=NOW)
    assert table(schedule)[TODAY + DAY] == ("23 14:00", "planned")
    assert Slot.objects.filter(schedule=schedule).values("day").distinct().count() == Slot.objects.filter(schedule=schedule).count()
    assert content.plan(at=NOW) == 0


def test_groups_that_rest(group: Group) -> None:
    """A paused group goes on being planned; an archived one does not, and wakes without a heap of missed slots."""
    schedule = made(group)
    Group.objects.filter(pk=group.pk).update(lifecycle=Lifecycle.PAUSED)
    content.plan(at=NOW + DAY)
    assert list(table(schedule))[-1] == TODAY + 9 * DAY
    Group.objects.filter(pk=group.pk).update(lifecycle=Lifecycle.ARCHIVED)
    content.plan(at=NOW + 2 * DAY)
    Group.objects.filter(pk=group.pk).update(lifecycle=Lifecycle.ACTIVE)
    content.plan(at=NOW + 40 * DAY)
    assert TODAY + 39 * DAY not in table(schedule)
    assert list(table(schedule))[-8:] == days(41, 48)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"weekdays": 0}, "weekdays"),
        ({"weekdays": 128}, "weekdays"),
        ({"end": TODAY - DAY}, "end"),
        ({"start": date(9999, 12, 31)}, "start"),
        ({"end": date(9999, 12, 31)}, "end"),
        ({"title": " "}, "title"),
        ({"title": "长" * 81}, "title"),
        ({"body": "\n "}, "body"),
        ({"body": "字" * 4001}, "body"),
        ({"body": "你好 {{name}}"}, "body"),
        ({"kind": "poem"}, "kind"),
        ({"catch_up": "all"}, "catch_up"),
        ({"weekdays": 1, "start": TODAY, "end": TODAY}, "weekdays"),
    ],
)
def test_what_is_refused(group: Group, values: dict[str, object], field: str) -> None:
    """Each with the field it belongs to, and nothing is stored."""
    with pytest.raises(Invalid) as refused:
        made(group, **values)
    assert refused.value.field == field
    assert not Schedule.objects.exists()


def test_nothing_is_planned_for_an_archived_group(group: Group) -> None:
    """Refused, not stored and forgotten."""
    group.lifecycle = Lifecycle.ARCHIVED
    with pytest.raises(Archived):
        made(group)


def test_the_plan_of_the_week_is_adopted_once(group: Group) -> None:
    """Schedules with the seed's hours, and the festivals' greeting; again adds nothing, and what was switched off stays off."""
    added = content.adopt_plan(group=group, by=None, at=NOW)
    assert [f"{schedule.at:%H:%M}" for schedule in added] == ["09:00", "09:00", "10:00", "12:00", "15:00", "18:00", "20:00", "21:00"]
    content.disable(schedule=added[0], by=None, at=NOW)
    assert content.adopt_plan(group=group, by=None, at=NOW) == []
    assert group.schedules.count() == 8
    content.release(at=NOW + timedelta(hours=3))
    post = group.posts_made.get()
    assert "{{" not in post.body
    assert post.title == "项目经验分享"
