"""What keeps a seat: the member's own word by the link, leave (请假), and being a colleague."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import Colleague, Leave, Membership, Person, SweepCase
from members.sweep import moving
from members.sweeping import LONGEST_LEAVE, MOVES, CaseState

GONE = (CaseState.REMOVED, CaseState.RESTORED, CaseState.LEFT)


class TooLate(Conflict):
    """The member is no longer in the group."""


class WrongLeave(Invalid):
    """The leave cannot be."""


def keep(*, case: SweepCase, at: datetime) -> None:
    """The member keeps the seat: the clock begins anew. Again changes nothing more. Raises TooLate."""
    with transaction.atomic():
        _keep(case, at)


def _keep(case: SweepCase, at: datetime) -> None:
    [row] = moving.locked([case.pk])
    if row.state in GONE or row.membership.left_at is not None:
        raise TooLate(_("You are no longer in this group. Write to the person who wrote to you if you want to come back."))
    if row.membership.kept_at is None or row.membership.kept_at <= row.run.at:
        Membership.objects.filter(pk=row.membership_id).update(kept_at=at)
    # What is just being removed is stopped by its guard, which sees the word; the case then follows its delivery.
    if CaseState.KEPT in MOVES[CaseState(row.state)] and row.state != CaseState.REMOVING:
        moving.move(row, CaseState.KEPT, at=at)


def away(*, case: SweepCase, until: datetime, reason: str, at: datetime) -> Leave:
    """The member says that they are on leave, by the link; the seat is kept too. Raises TooLate, WrongLeave."""
    with transaction.atomic():
        _keep(case, at)
        return _leave(case.membership, until, reason, None, at)


def grant(*, membership: Membership, until: datetime, reason: str, by: User, at: datetime) -> Leave:
    """A colleague notes that a member is on leave; an earlier leave ends. Raises Forbidden, WrongLeave."""
    access.demand(by, GroupRight.CARE, membership.group)
    with transaction.atomic():
        made = _leave(membership, until, reason, by, at)
        after = {"until": until.isoformat(), "reason": reason}
        record.audit(by=by, verb="leave.grant", target=made, at=at, group_id=membership.group_id, after=after)
    return made


def end(*, leave: Leave, by: User, at: datetime) -> bool:
    """The leave is over; returns whether it still was on. Raises Forbidden."""
    access.demand(by, GroupRight.CARE, leave.membership.group)
    with transaction.atomic():
        ended = Leave.objects.filter(pk=leave.pk, ended_at=None).update(ended_at=at)
        if ended:
            record.audit(by=by, verb="leave.end", target=leave, at=at, group_id=leave.membership.group_id)
    return bool(ended)


def _leave(membership: Membership, until: datetime, reason: str, by: User | None, at: datetime) -> Leave:
    if not at < until <= at + LONGEST_LEAVE:
        raise WrongLeave(_("Choose a day from tomorrow to a year ahead."), field="until")
    Membership.objects.select_for_update().get(pk=membership.pk)  # two leaves at once: one waits for the other
    Leave.objects.filter(membership=membership, ended_at=None).update(ended_at=at)
    return Leave.objects.create(membership=membership, since=at, until=until, reason=reason[:200], by=by)


def name_colleague(*, person: Person, user: User | None, by: User, at: datetime) -> None:
    """Say which user a person is; None: none of us. Raises Forbidden unless `by` gives posts in a group of theirs."""
    groups = access.groups_with(by, GroupRight.MANAGE_POSTS, sandboxes=True).filter(memberships__person=person)
    group = groups.order_by("pk").first()
    if group is None:
        raise Forbidden(access.MISSING[GroupRight.MANAGE_POSTS])
    with transaction.atomic():
        before = Colleague.objects.select_related("user").filter(person=person).first()
        if user is None:
            Colleague.objects.filter(person=person).delete()
        else:
            Colleague.objects.update_or_create(person=person, defaults={"user": user, "by": by, "at": at})
        was, now = {"user": str(before.user) if before else None}, {"user": str(user) if user else None}
        record.audit(by=by, verb="person.colleague", target=person, at=at, group_id=group.pk, before=was, after=now)
