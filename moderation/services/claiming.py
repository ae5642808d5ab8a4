"""领取: a case is taken for a while, given back, put off."""

from datetime import datetime, timedelta

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import live
from moderation.models import Case
from moderation.services.demanding import demand_free, demand_open, locked

LEASE = timedelta(minutes=10)


def claim(*, case: Case, by: User, at: datetime) -> Case:
    """领取: nobody else decides it for a while; again is longer. Raises Forbidden, AlreadyDecided, TakenByOther."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        row = locked(case)
        demand_open(row)
        demand_free(row, by, at)
        row.claimed_by, row.claimed_until = by, at + LEASE
        row.save(update_fields=["claimed_by", "claimed_until"])
    live.publish(live.DELIVERIES)
    return row


def release(*, case: Case, by: User, at: datetime) -> Case:
    """Give it back. Raises Forbidden, TakenByOther."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        row = locked(case)
        demand_free(row, by, at)
        row.claimed_by = row.claimed_until = None
        row.save(update_fields=["claimed_by", "claimed_until"])
    return row


def snooze(*, case: Case, until: datetime, by: User, at: datetime) -> Case:
    """Put it off. Raises Forbidden, AlreadyDecided, TakenByOther."""
    access.demand(by, GroupRight.MODERATE, case.group)
    with transaction.atomic():
        row = locked(case)
        demand_open(row)
        demand_free(row, by, at)
        row.snoozed_until, row.claimed_by, row.claimed_until = until, None, None
        row.save(update_fields=["snoozed_until", "claimed_by", "claimed_until"])
        record.audit(by=by, verb="case.snooze", target=row, at=at, group_id=row.group_id, after={"until": until.isoformat()})
    return row
