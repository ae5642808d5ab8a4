"""Many cases at once: who is done, who is skipped and why; the removal itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding
from groupops.record import services as record
from groupops.shared import skipping
from members.models import SweepCase
from members.sweep import moving, queries
from members.sweeping import CaseState

REMOVE = "sweep_remove"
REMOVE_WITHIN = timedelta(days=7)
Why = str | Promise | None  # why nothing was done; None where it was
NOT_THERE = _("It has moved on: it is now “%(state)s”.")


Many = skipping.Many[SweepCase]


Work = Callable[[SweepCase], Why]


def each(cases: Sequence[SweepCase], work: Work, *, by: User, at: datetime, follows: bool = True) -> Many:
    """Carry something out on each that `by` may remove people from, locked in order. `follows`: what ended by itself moves there first."""
    result = Many()
    groups: list[Group] = [case.run.group for case in cases]
    rights = access.rights_on(by, {group.pk: group for group in groups}.values())
    with transaction.atomic():
        rows = moving.locked([case.pk for case in cases])
        if follows:
            moving.follow([row for row in rows if row.state in (CaseState.IN_REVIEW, CaseState.APPROVED)], at=at)
        for row in rows:
            may = GroupRight.MODERATE in rights[row.run.group_id]
            if why := work(row) if may else access.MISSING[GroupRight.MODERATE]:
                result.skipped.append((row, why))
            else:
                result.done.append(row)
    return result


def moved_on(case: SweepCase) -> str | Promise:
    return NOT_THERE % {"state": case.get_state_display()}


def remove(case: SweepCase, at: datetime) -> None:
    realm = Binding.objects.filter(group=case.run.group).values_list("connection__adapter", flat=True).first() or ""
    remote_id, name = queries.identities([case], realm)[case.membership.person_id]
    wish = outbox.Wish(Operation.KICK, user=remote_id, user_name=name)
    outbox.act(wish, purpose=REMOVE, subject_id=case.pk, group=case.run.group, due_at=at, expires_at=at + REMOVE_WITHIN, at=at)


def audit(case: SweepCase, verb: str, by: User, at: datetime, why: str = "") -> None:
    after = {"state": case.state} | ({"why": why} if why else {})
    record.audit(by=by, verb=verb, target=case, at=at, group_id=case.run.group_id, after=after)
