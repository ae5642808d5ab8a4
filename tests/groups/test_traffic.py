"""The hours of the week from hourly numbers, and an alarm for busy hours without anybody on duty."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupops.groups import queries
from groupops.groups import services as groups
from groupops.groups.models import Group, GroupHour, RosterShift
from groupops.groups.policy import Coverage, Duty, Traffic, heat, heat_gaps, weeks_of
from groupops.record.models import Alarm
from tests.factories.accounts import operator
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

RULE, WAKING = Traffic(), Coverage()
COUNTS = st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 23)), st.integers(0, 500), max_size=8)
DUTIES = st.lists(st.tuples(st.integers(1, 127), st.integers(0, 11), st.integers(12, 24)), max_size=2)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS, st.integers(1, 4), DUTIES)
def test_a_gap_is_busy_awake_and_without_anybody(
    counts: dict[tuple[int, int], int], weeks: int, shifts: list[tuple[int, int, int]]
) -> None:
    duties = [Duty("a", *shift) for shift in shifts]
    rows = heat(counts, weeks, duties, RULE, WAKING)
    for cell in (cell for row in rows for cell in row):
        assert (cell.level > 0) == (counts.get((cell.weekday, cell.hour), 0) > 0)
        if cell.is_gap:
            assert counts[cell.weekday, cell.hour] / weeks >= RULE.messages
            assert WAKING.waking_from <= cell.hour < WAKING.waking_to
            assert not any(duty.covers(cell.weekday, cell.hour) for duty in duties)
    everybody = [Duty("b", 127, 0, 24)]
    assert heat_gaps(heat(counts, weeks, everybody, RULE, WAKING)) == []


@pytest.mark.parametrize(("days", "weeks"), [(0, 1), (1, 1), (7, 1), (8, 2), (28, 4), (300, 4)])
def test_a_new_group_is_not_averaged_over_weeks_it_never_had(days: int, weeks: int) -> None:
    today = date(2026, 11, 28)
    assert weeks_of([today - timedelta(days=days)], today) == weeks


def busy(group: Group, *, hour: int = 20, weeks: int = 4, messages: int = 9) -> None:
    """So many messages on the same weekday of each of the last weeks."""
    for week in range(1, weeks + 1):
        GroupHour.objects.create(group=group, day=NOW.date() - timedelta(weeks=week), hour=hour, messages=messages)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_an_alarm_opens_and_closes_with_the_roster_and_twice_changes_nothing() -> None:
    group, unstaffed = GroupFactory(lifecycle="active"), GroupFactory(lifecycle="active")
    for row in (group, unstaffed):
        busy(row)
    shift = RosterShift.objects.create(group=group, user=StaffPostFactory(group=group).user, weekdays=127, start=8, end=9, since=NOW)
    assert [groups.watch_traffic(at=NOW) for _run in range(2)] == [(1, 0), (0, 0)]
    alarm = Alarm.objects.get()
    assert (alarm.group_id, alarm.params["hours"]) == (group.pk, 1)
    RosterShift.objects.filter(pk=shift.pk).update(start=8, end=22)
    assert groups.watch_traffic(at=NOW) == (0, 1)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_map_costs_the_same_for_one_group_and_for_many() -> None:
    rows = [GroupFactory() for _n in range(5)]
    for row in rows:
        busy(row)
    costs = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            found = queries.heat_of(some, NOW)
        costs.append(len(seen))
    assert costs[0] == costs[1]
    cell = found[rows[0].pk][NOW.weekday()][20]
    assert (cell.messages, cell.level) == (9, 4)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_database_keeps_it() -> None:
    group = GroupFactory()
    busy(group, weeks=1)
    for values in ({"hour": 20}, {"hour": 24}):
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupHour.objects.create(group=group, day=NOW.date() - timedelta(weeks=1), messages=1, **values)


@pytest.mark.django_db
def test_the_group_shows_its_week() -> None:
    group, client = GroupFactory(), Client()
    client.force_login(operator())
    page = reverse("groups:detail", args=[group.pk])
    assert "<rect" not in client.get(page).content.decode()
    busy(group)
    assert client.get(page).content.decode().count("<rect") >= 168
