"""The report counts what was decided, says nothing of few cases, and its alarms open and close by themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext as _
from hypothesis import given
from hypothesis import strategies as st

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.record.models import Alarm
from groupops.shared import clock
from members.models import Membership
from moderation.fairness import queries, services
from moderation.models import Case
from moderation.policy import AppealState, CaseState, Offence, Verdict
from moderation.policy.fairness import Tally, milder, share
from tests.factories.accounts import UserFactory, operator
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory
from tests.factories.members import MembershipFactory
from tests.factories.moderation import AppealFactory, CaseFactory, DecisionFactory, RuleFactory, StrikeFactory

pytestmark = pytest.mark.django_db
STATES = {
    Verdict.PUNISH: CaseState.PUNISHED,
    Verdict.REMIND: CaseState.REMINDED,
    Verdict.CLEAN: CaseState.CLEAN,
    Verdict.MISTAKE: CaseState.MISTAKEN,
}


def _decided(group: Group, verdict: Verdict, by: User | None, *, minutes: int = 10, post: bool = False, **values: Any) -> Case:
    given = {"tier": "core", "post": post} | {name: values.pop(name) for name in ("tier",) if name in values}
    member: Membership = MembershipFactory(group=group)
    at = values.pop("at", NOW)
    case: Case = CaseFactory(
        membership=member, state=STATES[verdict], opened_at=at - timedelta(minutes=minutes), standing=given, said=False, **values
    )
    step = 0 if verdict == Verdict.PUNISH else None
    made = DecisionFactory(case=case, verdict=verdict, by=by, at=at, step=step)
    if verdict == Verdict.PUNISH:
        StrikeFactory(decision=made)
    return case


def _report(by: User, group: Group | None = None) -> dict[str, dict[str, queries.Line]]:
    rows = queries.decisions_for(by, NOW - timedelta(days=90), NOW + timedelta(days=1), group)
    return {part: {line.name: line for line in lines} for part, lines in queries.report(rows).items()}


@pytest.mark.both_databases
def test_it_counts_by_tier_post_group_reviewer_and_rule() -> None:
    by, strict, gentle = operator(), UserFactory(name="严"), UserFactory(name="宽")
    group, rule = GroupFactory(name="甲群"), RuleFactory(name="广告词")
    for minutes in (10, 20, 30, 40):
        _decided(group, Verdict.PUNISH, strict, minutes=minutes, rule=rule)
    _decided(group, Verdict.CLEAN, strict, minutes=500, rule=rule)
    _decided(group, Verdict.MISTAKE, strict, minutes=60, rule=rule)
    for _n in range(3):
        _decided(group, Verdict.REMIND, gentle, post=True, tier="normal")
    _decided(group, Verdict.PUNISH, None, minutes=0)
    _decided(group, Verdict.PUNISH, gentle, at=NOW - timedelta(days=400))
    overturned = Case.objects.filter(rule=rule, state=CaseState.PUNISHED).order_by("pk").first()
    strike = overturned.strikes.get()
    AppealFactory(strike=strike, state=AppealState.UPHELD, decided_by=gentle, decided_at=NOW, judged_by=strict)
    found = _report(by)
    mine = found["reviewers"]["严"]
    assert (mine.n, mine.tally, mine.mistaken, mine.overturned) == (6, Tally(4, 0, 1), 1, 1)
    assert mine.mild == 20
    assert mine.median == timedelta(minutes=35)
    assert found["rules"]["广告词"].precision == 50, "four violations, one of them overturned, of six"
    assert (found["rules"]["广告词"].overturn, found["rules"]["广告词"].overturned) == (None, 1)
    assert found["groups"]["甲群"].n == 10
    few = found["reviewers"]["宽"]
    assert (few.n, few.mild, few.precision, few.median) == (3, None, None, timedelta(minutes=10))
    assert sorted(line.n for line in found["posts"].values()) == [3, 7]
    assert [line.n for line in found["tiers"].values()] == [7, 3], "in the order of the tiers"
    other = StaffPostFactory(post="admin").user
    assert not any(_report(other).values())


@pytest.mark.both_databases
def test_a_tier_that_is_not_known_yet_is_not_one_that_was_not_recorded() -> None:
    by, group = operator(), GroupFactory()
    for n, standing in enumerate([{"tier": ""}, {"tier": ""}, {}, {}, {"tier": "gone"}]):
        case = _decided(group, Verdict.CLEAN, by)
        Case.objects.filter(pk=case.pk).update(standing=standing, key=f"t{n}")
    assert {name: line.n for name, line in _report(by)["tiers"].items()} == {
        str(_("Not in a tier yet")): 2,
        str(_("Tier not recorded")): 2,
        "gone": 1,
    }


@pytest.mark.both_databases
def test_its_queries_are_constant() -> None:
    by, costs = operator(), []
    for n in (1, 25):
        for _n in range(n):
            _decided(GroupFactory(), Verdict.PUNISH, UserFactory(), rule=RuleFactory())
        _report(by)
        with CaptureQueriesContext(connection) as asked:
            _report(by)
        costs.append(len(asked))
    assert costs == [10, 10]


def test_the_page_and_the_file_show_the_same(client: Client) -> None:
    by, group = operator(), GroupFactory(name="乙群")
    client.force_login(by)
    for _n in range(6):
        _decided(group, Verdict.PUNISH, by, at=clock.now() - timedelta(hours=1), minutes=30)
    page = client.get(reverse("moderation:fairness"), {"days": 30, "group": group.pk}).content.decode()
    assert "乙群" in page
    assert "n=6" in page
    answer: Any = client.get(reverse("moderation:fairness-export"), {"days": 30})
    file = b"".join(answer.streaming_content).decode()
    assert "乙群" in file
    told = client.get("/api/v1/fairness/", {"days": 30}).json()
    assert told["groups"] == [told["groups"][0] | {"name": "乙群", "n": 6, "punished": 6, "mild": 0, "precision": 100}]
    assert told["groups"][0]["median_minutes"] == 30
    for wrong in ({"days": 31}, {"group": 999_999}):
        assert client.get(reverse("moderation:fairness"), wrong).status_code == 404


@pytest.mark.both_databases
def test_privileged_staff_and_cases_that_nobody_handles_are_alarms() -> None:
    group, by = GroupFactory(), UserFactory()
    for n in range(5):
        _decided(group, Verdict.REMIND if n else Verdict.PUNISH, by, post=True)
        _decided(group, Verdict.PUNISH, by)
    late = CaseFactory(membership=MembershipFactory(group=group), opened_at=NOW - timedelta(hours=30), offence=Offence.JOB)
    CaseFactory(opened_at=NOW - timedelta(hours=2))
    with CaptureQueriesContext(connection) as asked:
        assert services.watch(at=NOW) == (2, 0)
    assert len(asked) <= 14
    keys = set(Alarm.objects.filter(closed_at=None).values_list("key", flat=True))
    assert keys == {f"fairness:post:advert:{group.pk}", f"fairness:late:{group.pk}"}
    assert services.watch(at=NOW) == (0, 0)
    Case.objects.filter(pk=late.pk).update(state=CaseState.CLEAN)
    for _n in range(20):
        _decided(group, Verdict.PUNISH, by, post=True)
    assert services.watch(at=NOW) == (0, 2)


def test_over_all_groups_where_one_alone_has_too_few() -> None:
    by = UserFactory()
    for n in range(5):
        group = GroupFactory()
        _decided(group, Verdict.CLEAN, by, post=True)
        _decided(group, Verdict.PUNISH if n else Verdict.CLEAN, by)
    assert services.watch(at=NOW) == (1, 0)
    assert Alarm.objects.get(closed_at=None).key == "fairness:post:advert:0"


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_no_share_of_fewer_than_five(punished: int, reminded: int, clean: int) -> None:
    tally = Tally(punished, reminded, clean)
    assert (tally.mild is None) == (tally.n < 5)
    assert milder(tally, tally, 5) is None
    assert share(punished, 4) is None
