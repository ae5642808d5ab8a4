"""Whom a run proposes and whom it exempts: exactly the silent ones, never the unknown, once a week."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Connection
from members.models import Colleague, Leave, SweepCase, SweepRun
from members.sweep import exempting, filling, queries, services
from members.sweep.filling import Wanted
from members.sweeping import CaseState, SweepRule
from tests.factories.accounts import operator
from tests.factories.groups import NOW, GroupFactory
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import DAY, LONG_AGO, SweepCaseFactory, heard, ruled, silent

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WEEK = date(2026, 11, 16)


def look(*groups: object, **rule: object) -> dict[int, SweepCase]:
    """The cases of this week's runs, by membership."""
    filling.make(wanted=[Wanted(group, SweepRule(**rule), WEEK) for group in groups], by=None, at=NOW)  # type: ignore[arg-type]
    return {case.membership_id: case for case in SweepCase.objects.filter(run__group__in=groups)}


def test_the_silent_are_proposed_and_nobody_else() -> None:
    group = heard(BindingFactory().group)
    quiet = silent(group)
    for values in (
        {"last_spoke_at": NOW - 89 * DAY},
        {"last_spoke_at": None},
        {"left_at": NOW - DAY},
        {"kept_at": NOW - 10 * DAY},
    ):
        silent(group, **values)
    kept_long_ago = silent(group, kept_at=NOW - 95 * DAY)
    found = look(group)
    assert set(found) == {quiet.pk, kept_long_ago.pk}
    assert {case.state for case in found.values()} == {CaseState.CANDIDATE}
    run = SweepRun.objects.get()
    assert (run.members, run.unknown, run.silent, run.exempt, run.proposed) == (5, 1, 2, 0, 2)
    assert found[quiet.pk].last_spoke_at == LONG_AGO
    assert found[quiet.pk].days == 100


def test_who_is_exempt_has_a_row_that_says_why() -> None:
    binding = BindingFactory()
    group = heard(binding.group)
    new = silent(group, joined_at=NOW - 5 * DAY)
    away = silent(group)
    Leave.objects.create(membership=away, since=NOW - DAY, until=NOW + DAY)
    was_away = silent(group)
    Leave.objects.create(membership=was_away, since=NOW - 9 * DAY, until=NOW - DAY)
    one_of_us = silent(group, joined_at=NOW - 5 * DAY)
    Colleague.objects.create(person=one_of_us.person, user=operator(), by=operator(), at=NOW)
    robot = silent(group, person__remote_id=binding.connection.account)
    found = look(group)
    told = {pk: case.codes for pk, case in found.items()}
    assert told == {
        new.pk: ["newcomer"],
        away.pk: ["on_leave"],
        was_away.pk: [],
        one_of_us.pk: ["newcomer", "colleague"],
        robot.pk: ["own_account"],
    }
    assert {pk for pk, case in found.items() if case.state == CaseState.CANDIDATE} == {was_away.pk}
    run = SweepRun.objects.get()
    assert (run.silent, run.exempt) == (5, 4)


@pytest.mark.parametrize(
    ("days", "blocked"),
    [([], "no_data"), ([3, 10], "short"), ([*range(40), *range(60, 100)], "gap"), (range(20, 100), "gap"), (range(100), "")],
)
def test_without_messages_of_the_whole_time_nobody_is_proposed(days: list[int], blocked: str) -> None:
    group = BindingFactory().group
    for n in days:
        heard(group, days=1, until=NOW - n * DAY)
    silent(group)
    found = look(group)
    run = SweepRun.objects.get()
    assert (run.blocked, len(found)) == (blocked, 0 if blocked else 1)
    assert bool(run.gap_from) == bool(blocked)


def test_twice_changes_nothing_and_costs_the_same_for_many() -> None:
    groups = [heard(BindingFactory().group) for _n in range(4)]
    for group in groups:
        silent(group)
    look(groups.pop())  # what is asked once a process
    with CaptureQueriesContext(connection) as few:
        look(groups[0])
    with CaptureQueriesContext(connection) as many:
        look(*groups[1:])
    assert len(few) == len(many)
    before = list(SweepCase.objects.order_by("pk").values())
    assert filling.make(wanted=[Wanted(group, SweepRule(), WEEK) for group in groups], by=None, at=NOW + DAY) == 0
    assert list(SweepCase.objects.order_by("pk").values()) == before


def test_who_is_in_the_works_is_not_proposed_again() -> None:
    case = SweepCaseFactory(state=CaseState.ASKED, run__week=WEEK - 7 * DAY)
    heard(case.run.group)
    look(case.run.group)
    assert SweepRun.objects.get(week=WEEK).silent == 0
    assert set(queries.silent([case.run_id], NOW).values_list("pk", flat=True)) == set()


def test_a_run_a_week_by_the_clock_of_the_group() -> None:
    shanghai, new_york = (heard(GroupFactory(zone=zone)) for zone in ("Asia/Shanghai", "America/New_York"))
    for group in (heard(GroupFactory(lifecycle=Lifecycle.PAUSED)), heard(GroupFactory(sandbox=True))):
        silent(group)
    ruled(heard(GroupFactory()), mode="off")
    tuesday_ten = NOW - timedelta(days=5, hours=2)  # 10:00 in Shanghai, of the Tuesday before NOW
    assert services.plan(at=tuesday_ten - timedelta(seconds=1)) == 0
    assert services.plan(at=tuesday_ten) == 1
    assert services.plan(at=tuesday_ten) == 0
    assert services.plan(at=tuesday_ten + timedelta(hours=13)) == 1
    assert services.plan(at=NOW) == 0
    assert set(SweepRun.objects.values_list("group", "week")) == {(shanghai.pk, WEEK), (new_york.pk, WEEK)}
    assert services.plan(at=NOW + 3 * DAY) == 2


class Never(TestCase):
    """The sweep never proposes an exempt person, whatever is known of them."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "spoke": st.none() | st.integers(0, 400),
                    "came": st.integers(0, 400),
                    "kept": st.none() | st.integers(0, 400),
                    "leave": st.none() | st.tuples(st.integers(-40, 40), st.integers(-40, 40)).filter(lambda pair: pair[0] < pair[1]),
                    "ours": st.booleans(),
                    "robot": st.booleans(),
                    "gone": st.booleans(),
                }
            ),
            max_size=6,
        )
    )
    def test_never(self, people: list[dict[str, object]]) -> None:
        SweepRun.objects.all().delete()
        binding = BindingFactory()
        group, user = heard(binding.group), operator()
        expected = {}
        for one in people:
            spoke = one["spoke"] if one["spoke"] is None else NOW - one["spoke"] * DAY  # type: ignore[operator]
            kept = one["kept"] if one["kept"] is None else NOW - one["kept"] * DAY  # type: ignore[operator]
            came = NOW - one["came"] * DAY  # type: ignore[operator]
            row = silent(group, joined_at=came, last_spoke_at=spoke, kept_at=kept, left_at=NOW if one["gone"] else None)
            if one["leave"]:
                begins, ends = one["leave"]  # type: ignore[misc]
                Leave.objects.create(membership=row, since=NOW + begins * DAY, until=NOW + ends * DAY)  # type: ignore[has-type]
            if one["ours"]:
                Colleague.objects.create(person=row.person, user=user, by=user, at=NOW)
            if one["robot"]:
                Connection.objects.create(name=f"号{row.pk}", adapter="memory", account=row.person.remote_id, created_at=NOW)
            away = bool(one["leave"]) and one["leave"][0] <= 0 < one["leave"][1]  # type: ignore[index]
            exempt = one["came"] < 30 or away or one["ours"] or one["robot"]  # type: ignore[operator]
            quiet = one["spoke"] is not None and one["spoke"] > 90 and (one["kept"] is None or one["kept"] > 90)  # type: ignore[operator]
            if quiet and not one["gone"]:
                expected[row.pk] = CaseState.EXEMPT if exempt else CaseState.CANDIDATE
        assert {pk: case.state for pk, case in look(group).items()} == expected


def test_codes_have_names() -> None:
    assert set(exempting.labels()) == {"newcomer", "on_leave", "colleague", "own_account"}
