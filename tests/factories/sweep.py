"""Groups that were heard, silent members, runs and cases in every state."""

from datetime import datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from groupops.groups.models import Group, GroupDay, Policy
from groupops.groups.policy import Scope
from members.models import Membership, SweepCase, SweepRun
from members.sweeping import BY_APPROVAL, GRACE_OVER, CaseState, Mode, week_of
from tests.factories.accounts import operator
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory

DAY = timedelta(days=1)
LONG_AGO = NOW - 100 * DAY


def heard(group: Group, *, days: int = 105, until: datetime = NOW) -> Group:
    """Something was said in the group every day."""
    rows = [GroupDay(group=group, day=until.date() - n * DAY, messages=3, speakers=1) for n in range(days)]
    GroupDay.objects.bulk_create(rows, ignore_conflicts=True)
    return group


def ruled(group: Group, **values: Any) -> Group:
    """The group has a policy of its own."""
    version = Policy.objects.filter(group=group).count() + 1
    Policy.objects.create(name="members.sweep", scope=Scope.GROUP, group=group, version=version, value=values, at=NOW)
    return group


def silent(group: Group | None = None, **values: Any) -> Membership:
    """Somebody who has not spoken for a hundred days and came long before."""
    given: dict[str, Any] = {"joined_at": NOW - 200 * DAY, "last_spoke_at": LONG_AGO} | values
    row: Membership = MembershipFactory(group=group, **given) if group else MembershipFactory(**given)
    return row


class SweepRunFactory(DjangoModelFactory[SweepRun]):
    """This week's run of a group, looked at just now; each further one of a group is a week older."""

    class Meta:
        model = SweepRun

    group = factory.LazyFunction(lambda: MembershipFactory().group)
    at = NOW
    week = factory.LazyAttribute(lambda run: week_of(run.at.date()) - 7 * DAY * SweepRun.objects.filter(group=run.group).count())
    mode = Mode.REMOVE
    silent_before = factory.LazyAttribute(lambda run: run.at - 90 * DAY)
    newcomers_after = factory.LazyAttribute(lambda run: run.at - 30 * DAY)
    counted_at = factory.SelfAttribute("at")


class SweepCaseFactory(DjangoModelFactory[SweepCase]):
    """A silent member in a run, in a state: with the times and approvals that it needs."""

    class Meta:
        model = SweepCase

    run = factory.SubFactory(SweepRunFactory)
    membership = factory.LazyAttribute(lambda case: silent(case.run.group))
    last_spoke_at = LONG_AGO
    state = CaseState.CANDIDATE
    state_at = NOW
    exempt = factory.LazyAttribute(lambda case: "newcomer" if case.state == CaseState.EXEMPT else "")
    key = factory.LazyAttribute(lambda case: "" if case.state in (CaseState.CANDIDATE, CaseState.EXEMPT) else "k" * 22)
    asked_at = factory.LazyAttribute(lambda case: NOW - 8 * DAY if case.state in (CaseState.ASKED, *GRACE_OVER) else None)
    grace_until = factory.LazyAttribute(lambda case: case.asked_at and case.asked_at + 7 * DAY)
    approved_by = factory.LazyAttribute(lambda case: operator() if case.state in BY_APPROVAL else None)
    approved_at = factory.LazyAttribute(lambda case: NOW if case.approved_by else None)
    needs_second = factory.LazyAttribute(lambda case: case.state == CaseState.APPROVED)
    removed_at = factory.LazyAttribute(lambda case: NOW if case.state in (CaseState.REMOVED, CaseState.RESTORED) else None)
