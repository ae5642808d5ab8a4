"""立即学习: somebody wants a group's model learned now, and does not wait for enough new verdicts; the work is a worker's."""

from collections.abc import Callable
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import doorbell
from groupops.shared.errors import Conflict
from moderation.learning import services, verdicts
from moderation.learning.wording import to_go
from moderation.models import Learning
from moderation.models.rehearsals import RunState
from moderation.policy.learning import ASKED, FEWEST, LEASE, missing

RUN = "moderation.learning.tasks.learn_now"
NONE = gettext_noop("Meanwhile another version was learned, or verdicts were taken back.")
TOO_LONG = gettext_noop("It took too long; it is tried again by itself when more was judged.")
BROKEN = gettext_noop("It failed in a way nobody foresaw; the log says more.")


class CannotLearn(Conflict):
    """Too little was judged, or it is being learned already."""


def ask(*, group: Group, by: User, at: datetime) -> Learning:
    """Have it learned from what was judged so far. Raises Forbidden, CannotLearn."""
    access.demand(by, GroupRight.EDIT, group)
    demand_enough(group, at)
    try:
        with transaction.atomic():
            row = Learning.objects.create(group=group, by=by, at=at)
            record.audit(by=by, verb="model.learn", target=row, at=at, group_id=group.pk)
            transaction.on_commit(lambda: doorbell.ring(RUN, row.pk), robust=True)
    except IntegrityError:
        raise CannotLearn(_("This group's model is being learned already.")) from None
    return row


def demand_enough(group: Group, at: datetime) -> None:
    """Raise CannotLearn, saying what is missing."""
    known = verdicts.counted([group.pk]).get(group.pk, verdicts.Counts())
    if known.new < ASKED:
        raise CannotLearn(_("Nothing was judged since the newest version: it would be the same again."))
    harmless = known.harmless + (len(verdicts.ordinary(group, at)) if known.harmless < FEWEST else 0)
    if missing(known.offences, harmless, known.new, anew=ASKED):
        raise CannotLearn(_("Too little was judged: %(missing)s.") % {"missing": ", ".join(to_go(known.offences, known.new, harmless))})


def run(*, pk: int, now: Callable[[], datetime]) -> bool:
    """Learn, unless somebody is at it or it is over; a worker that died is taken over. Returns whether it was run."""
    at = now()
    free = Q(state=RunState.WAITING) | Q(state=RunState.RUNNING, lease_until__lte=at)
    if not Learning.objects.filter(free, pk=pk).update(state=RunState.RUNNING, lease_until=at + LEASE):
        return False
    row = Learning.objects.select_related("group").get(pk=pk)
    try:
        made = services.learn(group=row.group, at=now(), anew=ASKED)
    except SoftTimeLimitExceeded:
        _end(row, state=RunState.FAILED, why=TOO_LONG)
    except Exception:
        _end(row, state=RunState.FAILED, why=BROKEN)
        raise
    else:
        _end(row, state=RunState.DONE, model=made, why="" if made else NONE)
    return True


def _end(row: Learning, **values: object) -> None:
    Learning.objects.filter(pk=row.pk, state=RunState.RUNNING).update(lease_until=None, **values)


def waiting() -> list[int]:
    """What nobody runs, or whose worker died, oldest first."""
    return list(Learning.objects.filter(state__in=[RunState.WAITING, RunState.RUNNING]).order_by("pk").values_list("pk", flat=True)[:3])
