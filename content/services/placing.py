"""One occurrence at another time than its rule says: the row stays, so that its day is said once."""

from datetime import datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from content.holidays import festival_name
from content.models import Post, Slot
from content.policy import REACH, Holidays, SlotState, Why, local_day
from groupops.accounts.models import User
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid


class OnlyOnItsDay(Conflict):
    """What is said on a festival means nothing on another day."""


class SlotGone(Conflict):
    """The slot has left, was left out, or was moved by somebody else."""


def move_slot(*, slot: Slot, due_at: datetime, by: User | None, at: datetime) -> Slot:
    """Move one occurrence; its schedule moves it no more. A text written ahead goes along. Raises SlotGone, OnlyOnItsDay, Invalid."""
    if due_at <= at:
        raise Invalid(_("This time has passed. Choose a later one."), field="due_at")
    if due_at - at > REACH:
        raise Invalid(_("A day so far away is a typing error."), field="due_at")
    refuse_day(slot, due_at)
    return _place(slot, due_at, by, at, placed=True, verb="slot.move")


def refuse_day(slot: Slot, due_at: datetime) -> None:
    """Raise OnlyOnItsDay where a schedule of festivals alone would speak on another local day of its group."""
    schedule = slot.schedule
    if schedule.holidays != Holidays.FESTIVAL or local_day(due_at, schedule.group.zone) == slot.day:
        return
    told = _("“%(title)s” is for %(festival)s (%(day)s) alone: choose another time on that day, or write a post of its own.")
    raise OnlyOnItsDay(told % {"title": schedule.title, "festival": festival_name(slot.day), "day": date_format(slot.day, "m-d")})


def reset_slot(*, slot: Slot, by: User | None, at: datetime) -> Slot:
    """Back to where the rule says. Raises SlotGone, Invalid when that time has passed."""
    moment = slot.schedule.rule.moment(slot.day)
    if moment <= at:
        raise Invalid(_("The schedule's own time of this day has passed."), field="due_at")
    return _place(slot, moment, by, at, placed=False, verb="slot.reset")


def _place(slot: Slot, due_at: datetime, by: User | None, at: datetime, *, placed: bool, verb: str) -> Slot:
    """The claim names the moment the person saw: of two moves, or of a move and a release, one has an effect."""
    with transaction.atomic():
        seen = Slot.objects.filter(pk=slot.pk, state=SlotState.PLANNED, due_at=slot.due_at)
        if not seen.update(due_at=due_at, placed=placed):
            raise SlotGone(said(slot))
        Post.objects.filter(slot=slot, released_at=None).update(due_at=due_at)
        before, after = {"due_at": slot.due_at}, {"due_at": due_at, "day": slot.day}
        record.audit(by=by, verb=verb, target=slot, at=at, before=before, after=after, group_id=slot.schedule.group_id)
    slot.refresh_from_db()
    return slot


def said(slot: Slot) -> str:
    """Why a slot that looked open is not, in words."""
    now = Slot.objects.get(pk=slot.pk)
    if now.state == SlotState.PLANNED:
        return _("Somebody moved this day meanwhile. Look at it again.")
    why = Why(now.why).label if now.why else ""
    return _("This day is no longer open: %(state)s. %(why)s") % {"state": now.get_state_display(), "why": why}
