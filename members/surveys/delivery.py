"""The link of a form on its way into its groups (settings.DELIVERY_KINDS)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import outbox
from groupops.messaging.models import Delivery
from groupops.messaging.policy import OVER
from groupops.record import services as record
from groupops.shared.errors import Conflict
from members.models import MemberForm, MemberFormGroup
from members.surveying import takes
from members.surveys import queries
from members.surveys.addresses import group_url

PURPOSE = "form"
LASTS = timedelta(days=2)  # a link that could not be said by then is not said late


class NotOpen(Conflict):
    """A link to a form that takes no answers leads nowhere."""


def text_of(form: MemberForm, url: str) -> str:
    """What is said: title, introduction, link."""
    return "\n".join(part for part in (form.title, form.introduction, url) if part)


def send(*, form: MemberForm, by: User, at: datetime) -> int:
    """Say the link in each of the form's groups; returns in how many. One that has it on its way already gets no second.

    Raises Forbidden, NotOpen.
    """
    with transaction.atomic():
        row = MemberForm.objects.select_for_update().get(pk=form.pk)
        if not takes(state=row.state, opens_at=row.opens_at, closes_at=row.closes_at, at=at):
            raise NotOpen(_("Open the form for answers first."))
        groups = queries.groups_of(row)
        for group in groups:
            access.demand(by, GroupRight.CARE, group)
        made = 0
        for group in groups:
            known = Delivery.objects.filter(purpose=PURPOSE, subject_id=row.pk, group=group)
            if known.exclude(state__in=OVER).exists():
                continue
            text, part = text_of(row, group_url(row, group)), known.count() + 1
            outbox.say(
                purpose=PURPOSE, subject_id=row.pk, group=group, text=text, due_at=at, expires_at=at + LASTS, at=at, part=part
            )  # fmt: skip
            made += 1
        record.audit(by=by, verb="form.send", target=row, at=at, after={"groups": [group.name for group in groups]})
    return made


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Why it must not be said any more, as a msgid; empty: say it."""
    target = MemberFormGroup.objects.select_related("form").filter(form=delivery.subject_id, group=delivery.group_id).first()
    if target is None:
        return gettext_noop("The form no longer asks this group.")
    form = target.form
    if not takes(state=form.state, opens_at=form.opens_at, closes_at=form.closes_at, at=at):
        return gettext_noop("The form takes no answers any more.")
    if group_url(form, delivery.group) not in delivery.text:
        return gettext_noop("The links of this form were made anew: send the new one.")
    return ""


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Nothing follows: the delivery itself is the record of what was said."""
