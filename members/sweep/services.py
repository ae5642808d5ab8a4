"""The sweep by the clock and by hand: runs are made, the silent ones asked, and cases follow what happens in the group."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding
from groupops.record import services as record
from groupops.shared import clock, links, placeholders
from groupops.shared.errors import Conflict
from members.models import Membership, SweepCase, SweepRun
from members.sweep import filling, moving, queries
from members.sweep.filling import Wanted
from members.sweeping import ASKING_MODES, IN_PROGRESS, CaseState, Mode, week_of

ASK = "sweep_ask"
GROUPS = 500  # in one transaction
CASES = 500
RUNS = 50  # begun to ask in one tick: the next one goes on
ASK_WITHIN = timedelta(days=7)


class NotNow(Conflict):
    """The sweep cannot do that here."""


def tick(*, at: datetime, address: str) -> None:
    """Everything that is due: the runs of the week, the questions of runs that may ask, and where cases have come by themselves.

    `address` is where links lead, without a slash at its end. Twice or killed in the middle, it goes on where it was.
    """
    plan(at=at)
    ask_due(at=at, address=address)
    advance(at=at)


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


def ask_due(*, at: datetime, address: str) -> int:
    """Ask in the runs that beat made of groups whose policy asks by itself; returns how many people."""
    rows = SweepRun.objects.filter(asking_at=None, blocked="", mode__in=ASKING_MODES, by=None, at__gte=at - timedelta(days=7))
    runs = rows.filter(group__lifecycle=Lifecycle.ACTIVE).select_related("group__kind").order_by("pk")[:RUNS]
    asked = 0
    for run in runs:
        if queries.rule_of(run.group).mode in ASKING_MODES:  # it may have been taken back since
            asked += ask(run=run, by=None, at=at, address=address)
    return asked


def ask(*, run: SweepRun, by: User | None, at: datetime, address: str) -> int:
    """Ask the longest silent of a run privately, up to the policy's cap; returns how many. Raises Forbidden, NotNow."""
    if by is not None:
        access.demand(by, GroupRight.MODERATE, run.group)
    rule = queries.rule_of(run.group)
    if rule.mode not in ASKING_MODES:
        raise NotNow(_("The sweep of this group only reports. Let it ask first: policy “Inactive sweep”."))
    with transaction.atomic():
        stored = SweepRun.objects.select_for_update(of=("self",)).select_related("group__kind").get(pk=run.pk)
        if stored.blocked or SweepRun.objects.filter(group=stored.group, week__gt=stored.week).exists():
            raise NotNow(_("Only the newest run of a group asks, and only where the messages are known."))
        room = rule.batch - queries.asked_in(stored)
        rows = stored.cases.filter(state=CaseState.CANDIDATE).order_by("last_spoke_at", "pk").values_list("pk", flat=True)
        asked = _ask(stored, moving.locked(list(rows[: max(room, 0)])), rule.text, by, at, address)
        stored.asking_at, stored.asking_by = stored.asking_at or at, stored.asking_by or by
        stored.save(update_fields=["asking_at", "asking_by"])
        if by is not None:
            record.audit(by=by, verb="sweep.ask", target=stored, at=at, group_id=stored.group_id, after={"asked": asked})
    run.asking_at, run.asking_by = stored.asking_at, stored.asking_by
    return asked


def _ask(run: SweepRun, cases: list[SweepCase], text: str, by: User | None, at: datetime, address: str) -> int:
    """Those that are still as silent as the run found them, and whom no other run is asking."""
    now, asked = queries.facts(cases, at), 0
    whom = queries.identities(cases, _realm(run.group))
    busy = set(
        SweepCase.objects.filter(membership__in=[case.membership_id for case in cases], state__in=IN_PROGRESS).values_list(
            "membership", flat=True
        )
    )
    for case in cases:
        to = moving.ended(case, now[case.pk])
        if to is not None:
            moving.settle(case, to, now[case.pk], at=at)
        elif case.membership_id not in busy:
            moving.move(case, CaseState.ASKING, at=at, by=by, key=links.new_key())
            _say(case, whom[case.membership.person_id], text, at, address)
            asked += 1
    return asked


def _realm(group: Group) -> str:
    """The platform of the group's room; empty without one."""
    return Binding.objects.filter(group=group).values_list("connection__adapter", flat=True).first() or ""


def _say(case: SweepCase, whom: tuple[str, str], text: str, at: datetime, address: str) -> None:
    remote_id, name = whom
    values = {"name": name, "group": case.run.group.name, "link": f"{address}/p/keep/{queries.link_of(case)}/"}
    wish = outbox.Wish(Operation.SEND_DIRECT, text=placeholders.fill(text, values), user=remote_id, user_name=name)
    outbox.act(wish, purpose=ASK, subject_id=case.pk, group=case.run.group, due_at=at, expires_at=at + ASK_WITHIN, at=at)


def advance(*, at: datetime) -> int:
    """Let the cases in progress follow what happened: spoke, kept, left, exempt, or the grace is over. Returns how many moved."""
    moved, last = 0, 0
    while pks := list(SweepCase.objects.filter(state__in=IN_PROGRESS, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CASES]):
        with transaction.atomic():
            moved += moving.follow([case for case in moving.locked(pks) if case.state in IN_PROGRESS], at=at)
        last = pks[-1]
    return moved + _came_back(at)


def _came_back(at: datetime) -> int:
    """Removed ones who are in the group again."""
    rows = SweepCase.objects.filter(state=CaseState.REMOVED, wanted_back_at__isnull=False, membership__left_at=None)
    pks = list(rows.filter(membership__joined_at__gt=F("removed_at")).values_list("pk", flat=True))
    with transaction.atomic():
        cases = [case for case in moving.locked(pks) if case.state == CaseState.REMOVED]
        for case in cases:
            moving.move(case, CaseState.RESTORED, at=at)
        Membership.objects.filter(pk__in=[case.membership_id for case in cases]).update(kept_at=at)
    return len(cases)
