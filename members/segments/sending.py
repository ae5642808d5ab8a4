"""Messages to segments: written, approved by a second person above the policy's number, staged once a human, stopped."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import moves, outbox
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState, Step
from groupops.record import services as record
from groupops.shared import placeholders
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import MemberForm, Segment, SegmentReceiver, SegmentSend
from members.segments import receiving
from members.sending import KNOWN, LINK, LONGEST, SendState, needs_second
from members.surveying import FormState
from members.surveys.addresses import personal_url

LASTS = timedelta(days=3)  # what could not be said by then is not said late
BY_HAND = gettext_noop("No account of the platform is known: write to them by hand.")


class NobodyReached(Conflict):
    """Nobody of the segment can be written to by this person."""


class TooMany(Conflict):
    """More than one message may reach."""


class NotThere(Conflict):
    """The message has moved on."""


def text_for(text: str, receiver: SegmentReceiver, form: MemberForm | None) -> str:
    """The message as this receiver reads it; the membership with person and group at hand. Raises placeholders.Unfilled."""
    stay = receiver.membership
    values = {"name": stay.human.name, "group": stay.group.name, "tier": stay.get_tier_display()}
    if form is not None:
        values[LINK] = personal_url(form, stay.pk)
    return placeholders.fill(text, values)


def demand_text(text: str, form: MemberForm | None) -> None:
    """Refuse what could not be said. Raises Invalid, placeholders.Unfilled."""
    if not 0 < len(text.strip()) <= LONGEST:
        raise Invalid(_("Write 1 to %(n)d characters.") % {"n": LONGEST}, field="text")
    placeholders.check(text, KNOWN if form else tuple(name for name in KNOWN if name != LINK), field="text")
    if form is not None and LINK not in placeholders.spots(text):
        raise Invalid(_("The text must hold {{link}}: it is how the form is found."), field="text")
    if form is not None and form.state != FormState.OPEN:
        raise Invalid(_("Open the form for answers first."), field="form")


def write(*, segment: Segment, text: str, form: MemberForm | None, by: User, at: datetime) -> SegmentSend:
    """A message to everybody in the segment now. Above the policy's number it waits for a second person, else it is staged.

    Raises Invalid, Unfilled, NobodyReached, TooMany.
    """
    demand_text(text, form)
    rule = receiving.rule()
    found = receiving.of_segment(segment, by, most=rule.most, with_form=form is not None)
    if not found.whom.reached:
        raise NobodyReached(_("Nobody of this segment can be written to by you now."))
    if found.more or len(found.whom.reached) > rule.most:
        raise TooMany(_("One message reaches at most %(n)d people: narrow the segment.") % {"n": rule.most})
    second = needs_second(len(found.whom.reached), rule)
    with transaction.atomic():
        row = SegmentSend.objects.create(
            segment=segment, title=segment.name, query=segment.query, text=text.strip(), form=form, size=len(found.whom.reached),
            state=SendState.WAITING if second else SendState.ON_WAY, needs_second=second, by=by, at=at,
        )  # fmt: skip
        SegmentReceiver.objects.bulk_create(
            SegmentReceiver(send=row, membership_id=one.membership_id, human_id=one.human_id, by_machine=one.by_machine)
            for one in found.whom.reached
        )
        record.audit(by=by, verb="send.write", target=row, at=at, after={"receivers": row.size, "second": second})
        if not second:
            _stage(row, at)
    return row


def approve(*, send: SegmentSend, by: User, at: datetime) -> None:
    """The second person approves: it is staged. Raises Forbidden, NotThere."""
    with transaction.atomic():
        row = SegmentSend.objects.select_for_update().get(pk=send.pk)
        if row.state != SendState.WAITING:
            raise NotThere(_("It does not wait for a second person any more."))
        if row.by_id == by.pk:
            raise Forbidden(_("You wrote it yourself; a second person decides."))
        _demand_all(row, by)
        row.state, row.second_by, row.second_at = SendState.ON_WAY, by, at
        row.save(update_fields=["state", "second_by", "second_at"])
        record.audit(by=by, verb="send.approve", target=row, at=at, after={"receivers": row.size})
        _stage(row, at)


def stop(*, send: SegmentSend, by: User, at: datetime) -> int:
    """Whatever has not left does not leave; returns how many deliveries were taken back. Raises Forbidden, NotThere."""
    with transaction.atomic():
        row = SegmentSend.objects.select_for_update().get(pk=send.pk)
        if row.state == SendState.STOPPED:
            raise NotThere(_("It is stopped already."))
        _demand_all(row, by)
        row.state = SendState.STOPPED
        row.save(update_fields=["state"])
        why = gettext_noop("The message to the segment was stopped.")
        waiting = Delivery.objects.select_for_update(of=("self",)).filter(
            purpose=receiving.PURPOSE, subject_id__in=row.receivers.values("pk")
        )
        taken = sum(outbox.withdraw(delivery, why=why, at=at) for delivery in waiting.order_by("pk"))
        record.audit(by=by, verb="send.stop", target=row, at=at, after={"taken_back": taken})
    return taken


def _demand_all(row: SegmentSend, by: User) -> None:
    """On every group that somebody of it is in."""
    groups = {one.membership.group_id: one.membership.group for one in _receivers(row)}
    rights = access.rights_on(by, groups.values())
    if not all(GroupRight.CARE in given for given in rights.values()):
        raise Forbidden(access.MISSING[GroupRight.CARE])


def _receivers(row: SegmentSend) -> Iterable[SegmentReceiver]:
    return row.receivers.select_related("membership__person__merged_into", "membership__group").order_by("pk")


def _stage(row: SegmentSend, at: datetime) -> None:
    """A delivery each, its key made of purpose and receiver: staged twice it is still one."""
    for one in _receivers(row):
        person = one.membership.person
        wish = Wish(
            Operation.SEND_DIRECT, text=text_for(row.text, one, row.form), user=person.remote_id, user_name=one.membership.human.name
        )
        delivery = outbox.act(
            wish, purpose=receiving.PURPOSE, subject_id=one.pk, group=one.membership.group, due_at=at, expires_at=at + LASTS, at=at
        )
        if not one.by_machine and delivery.state == DeliveryState.DUE:
            moves.move(delivery, DeliveryState.WAITING_PERSON, at=at, why=BY_HAND, step=Step.BY_HAND)
