"""The runs that are due, made by the clock or by a person."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.record import services as record
from groupops.shared import clock
from groupops.shared.errors import Conflict
from members.models import SweepRun
from members.sweep import filling, queries
from members.sweep.filling import Wanted
from members.sweeping import CaseState, Mode, week_of

GROUPS = 500  # in one transaction


class NotNow(Conflict):
    """The sweep cannot do that here."""


def plan(*, at: datetime) -> int:
    """Make the runs that are due by each group's clock; returns how many were made."""
    return sum(filling.make(wanted=wanted, by=None, at=at) for groups in _batches() if (wanted := _due(groups, at)))


def _batches() -> Iterator[list[Group]]:
    last = 0
    while groups := list(queries.operated().filter(pk__gt=last)[:GROUPS]):
        yield groups
        last = groups[-1].pk


def _due(groups: list[Group], at: datetime) -> list[Wanted]:
    rules = queries.rules_of(groups)
    weeks = {group.pk: week_of(clock.local(at, group.zone).date()) for group in groups}
    made = set(SweepRun.objects.filter(group__in=groups, week__in=set(weeks.values())).values_list("group", "week"))
    wanted = [Wanted(group, rules[group.pk], weeks[group.pk]) for group in groups if rules[group.pk].mode != Mode.OFF]
    return [one for one in wanted if one.rule.due(one.week, one.group.zone) <= at and (one.group.pk, one.week) not in made]


def start(*, group: Group, by: User, at: datetime) -> SweepRun:
    """Look at a group now. This week's run is made anew as long as nobody of it was asked. Raises Forbidden, NotNow."""
    access.demand(by, GroupRight.MODERATE, group)
    if group.lifecycle != Lifecycle.ACTIVE or group.sandbox:
        raise NotNow(_("Only groups that are running are swept."))
    week = week_of(clock.local(at, group.zone).date())
    with transaction.atomic():
        old = SweepRun.objects.select_for_update().filter(group=group, week=week).first()
        if old is not None and (old.asking_at is not None or old.cases.exclude(state__in=[CaseState.CANDIDATE, CaseState.EXEMPT]).exists()):
            raise NotNow(_("People of this week's run were asked already. The next run is next week's."))
        if old is not None:
            old.delete()
        filling.make(wanted=[Wanted(group, queries.rule_of(group), week)], by=by, at=at)
        run = SweepRun.objects.get(group=group, week=week)
        record.audit(by=by, verb="sweep.look", target=run, at=at, group_id=group.pk, after={"silent": run.silent, "exempt": run.exempt})
    return run
