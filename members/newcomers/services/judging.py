"""What a person says of a newcomer: introduced, answered, who looks after them; and the newcomers of a week as one task."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from members.asking import How
from members.caring import CareState
from members.models import Intake, Membership, Newcomer
from members.newcomers import queries


class SaidAlready(Conflict):
    """It is so already, or the chat says otherwise."""


class NoBuddy(Invalid):
    """This person cannot look after the newcomer."""


def mark_introduced(*, newcomer: Newcomer, by: User, at: datetime) -> Newcomer:
    """They introduced themselves, though nobody heard it. Raises Forbidden, SaidAlready."""
    with transaction.atomic():
        row = _locked(newcomer, by)
        if row.introduced_at is not None:
            raise SaidAlready(_("They have introduced themselves already."))
        row.introduced_at, row.introduced_by = at, by
        return _said(row, ["introduced_at", "introduced_by"], "newcomer.introduced", by, at)


def unmark_introduced(*, newcomer: Newcomer, by: User, at: datetime) -> Newcomer:
    """Take back what a person said; what the chat says stays. Raises Forbidden, SaidAlready."""
    with transaction.atomic():
        row = _locked(newcomer, by)
        if row.introduced_by_id is None:
            raise SaidAlready(_("Only what a person noted can be taken back."))
        row.introduced_at = row.introduced_by = None
        return _said(row, ["introduced_at", "introduced_by"], "newcomer.introduced_undo", by, at)


def mark_answered(*, newcomer: Newcomer, by: User, at: datetime) -> Newcomer:
    """Somebody answered them elsewhere. Raises Forbidden, SaidAlready."""
    with transaction.atomic():
        row = _locked(newcomer, by)
        if row.answered_at is not None:
            raise SaidAlready(_("They were answered already."))
        row.answered_at, row.answered_how, row.answered_by = at, How.STAFF, by
        return _said(row, ["answered_at", "answered_how", "answered_by"], "newcomer.answered", by, at)


def unmark_answered(*, newcomer: Newcomer, by: User, at: datetime) -> Newcomer:
    """Take back what a person said; what the chat says stays. Raises Forbidden, SaidAlready."""
    with transaction.atomic():
        row = _locked(newcomer, by)
        if row.answered_by_id is None:
            raise SaidAlready(_("Only what a person noted can be taken back."))
        row.answered_at, row.answered_how, row.answered_by = None, How.NONE, None
        return _said(row, ["answered_at", "answered_how", "answered_by"], "newcomer.answered_undo", by, at)


def give_buddy(*, newcomer: Newcomer, user: User | None = None, member: Membership | None = None, by: User, at: datetime) -> Newcomer:
    """A colleague or a member of the group looks after them; neither: nobody does. Raises Forbidden, NoBuddy."""
    with transaction.atomic():
        row = _locked(newcomer, by)
        if user is not None and not access.may(user, GroupRight.CARE, row.group):
            raise NoBuddy(_("This colleague may not care for the group."), field="buddy")
        if member is not None and (member.group_id != row.group_id or member.left_at is not None or member.pk == row.membership_id):
            raise NoBuddy(_("Choose somebody else who is in the group."), field="buddy")
        before = buddy_name(row)
        row.buddy_user, row.buddy_member = user, member if user is None else None
        row.save(update_fields=["buddy_user", "buddy_member"])
        after = {"buddy": buddy_name(row)}
        record.audit(
            by=by, verb="newcomer.buddy", target=row.membership, at=at, group_id=row.group_id, before={"buddy": before}, after=after
        )
    return row


def buddy_name(row: Newcomer) -> str:
    """Who looks after them; empty: nobody."""
    if row.buddy_user:
        return str(row.buddy_user)
    return row.buddy_member.person.name if row.buddy_member else ""


def settle_intake(*, intake: Intake, to: CareState, by: User, at: datetime) -> Intake:
    """The newcomers of a week were looked after, or not after all. Raises Forbidden."""
    access.demand(by, GroupRight.CARE, intake.group)
    with transaction.atomic():
        row = Intake.objects.select_for_update(of=("self",)).select_related("group").get(pk=intake.pk)
        if row.state == to:
            return row
        was, row.state = row.state, to
        row.settled_at, row.settled_by = (None, None) if to == CareState.OPEN else (at, by)
        row.save(update_fields=["state", "settled_at", "settled_by"])
        verb = "intake.open" if to == CareState.OPEN else "intake.done"
        record.audit(by=by, verb=verb, target=row, at=at, group_id=row.group_id, before={"state": was}, after={"state": to})
    return row


def _locked(newcomer: Newcomer, by: User) -> Newcomer:
    row = queries.whole(Newcomer.objects.select_for_update(of=("self",))).get(pk=newcomer.pk)
    access.demand(by, GroupRight.CARE, row.group)
    return row


def _said(row: Newcomer, fields: list[str], verb: str, by: User, at: datetime) -> Newcomer:
    row.save(update_fields=fields)
    record.audit(by=by, verb=verb, target=row.membership, at=at, group_id=row.group_id)
    return row
