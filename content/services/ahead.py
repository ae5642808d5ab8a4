"""The row of one occurrence before planning has come to it, so that a person can move it or write it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Schedule, Slot
from content.policy import REACH, SlotState, Why, local_day
from content.services import planning
from content.services.schedules import NeverFalls, SlotOver
from groupops.shared.errors import Conflict, Invalid


class SwitchedOff(Conflict):
    """The schedule says nothing at the moment."""


def occurrence(*, schedule: Schedule, day: date, at: datetime) -> Slot:
    """The slot of a local day: the row that stands, or one made now. Planning finds it and leaves it as it is.

    Raises NeverFalls, SlotOver, SwitchedOff, Invalid (so far away that it is a typing error).
    """
    with transaction.atomic():
        stored = planning.locked(Schedule.objects.filter(pk=schedule.pk))[0]
        rule = stored.rule.without_skips()
        found = Slot.objects.filter(schedule=stored, day=day).first()
        if found is not None:
            return found
        if not stored.enabled or stored.group.lifecycle not in planning.PLANNED_FOR:
            raise SwitchedOff(_("This schedule is switched off, or its group is not active."))
        if day - local_day(at, rule.zone) > REACH:
            raise Invalid(_("A day so far away is a typing error."), field="day")
        if not rule.falls_on(day):
            raise NeverFalls(_("This schedule has no post on that day."), field="day")
        if rule.moment(day) <= at:
            raise SlotOver(_("The time of this day has passed."))
        left_out = {"state": SlotState.SKIPPED, "why": Why.PERSON} if day in stored.rule.skip else {}
        return Slot.objects.create(schedule=stored, day=day, due_at=rule.moment(day), **left_out)
