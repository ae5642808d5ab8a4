"""The silent ones are asked, each privately."""

from datetime import datetime, timedelta

from django.db import transaction
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
from groupops.shared import links, placeholders
from members.models import SweepCase, SweepRun
from members.sweep import moving, queries
from members.sweep.services.planning import NotNow
from members.sweeping import ASKING_MODES, IN_PROGRESS, CaseState

ASK = "sweep_ask"
RUNS = 50  # begun to ask in one tick: the next one goes on
ASK_WITHIN = timedelta(days=7)


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
