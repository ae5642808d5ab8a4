"""Propose praises once a person and week; have one said in the group."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.queries import policies_for
from groupops.messaging import outbox
from groupops.messaging.models import Delivery
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from members.care import services as care
from members.caring import CareSort, CareState, Wanted
from members.models import CareTask, Membership
from members.praise import queries
from members.praising import chosen, draft, week_of

PURPOSE = "praise"
LONGEST = 500
LAPSES = timedelta(hours=12)  # a praise that could not leave by then comes at the wrong moment


class NotOpen(Conflict):
    """It was said, done or dropped meanwhile."""


def propose(*, at: datetime) -> int:
    """Make the praises of this week that are not there yet; returns how many. Twice changes nothing."""
    groups = {group.pk: group for group in queries.watched()}
    rules = policies_for("members.praise", groups.values())
    with transaction.atomic():
        praised, given = queries.praised(at)
        picked = chosen(queries.helped(at), rules, praised, given)
        names = dict(
            Membership.objects.filter(pk__in=[one.membership_id for one in picked]).values_list("pk", "person__name") if picked else ()
        )
        wanted = [
            Wanted(
                one.membership_id,
                CareSort.PRAISE,
                at,
                occasion=week_of(at),
                note=draft(rules[one.group_id], name=names[one.membership_id], n=one.answers, group=groups[one.group_id].name)[:LONGEST],
            )
            for one in picked
        ]
        return care.propose(wanted=wanted, by=None, at=at) if wanted else 0


def say(*, task: CareTask, text: str, by: User, at: datetime) -> Delivery:
    """Have the praise said in the group; the task is done when it was said. Twice is one message. Raises Forbidden, NotOpen, Invalid."""
    words = text.strip()
    if not 1 <= len(words) <= LONGEST:
        raise Invalid(_("Write 1 to 500 characters."), field="text")
    access.demand(by, GroupRight.CARE, task.group)
    with transaction.atomic():
        rows = CareTask.objects.select_for_update(of=("self",)).select_related("group")
        row = rows.filter(pk=task.pk, sort=CareSort.PRAISE, state=CareState.OPEN).first()
        if row is None or Delivery.objects.filter(purpose=PURPOSE, subject_id=task.pk).exists():
            raise NotOpen(_("This praise is on its way, or settled already."))
        record.audit(by=by, verb="praise.say", target=row, at=at, group_id=row.group_id, after={"text": words})
        return outbox.say(purpose=PURPOSE, subject_id=row.pk, group=row.group, text=words, due_at=at, expires_at=at + LAPSES, at=at)
