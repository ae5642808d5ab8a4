"""What a line of a plan and a schedule of a group have in common: what is said, and when by the wall clock."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from content.policy import CatchUp, Holidays, PostKind, describe

BODY_LENGTH = 4000


class Timing(models.Model):
    """Title, text, weekdays, time, holidays, lateness."""

    title = models.CharField(_("title"), max_length=80)
    kind = models.CharField(_("kind of post"), max_length=12, choices=PostKind.choices, default=PostKind.MESSAGE)
    body = models.TextField(_("text"), max_length=BODY_LENGTH)
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=127)  # mask, bit 0 is Monday
    at = models.TimeField(_("time"))
    holidays = models.CharField(_("on public holidays"), max_length=10, choices=Holidays.choices, default=Holidays.USUAL)
    catch_up = models.CharField(_("if it is late"), max_length=10, choices=CatchUp.choices, default=CatchUp.SKIP)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def get_weekdays_display(self) -> str:
        """The weekdays in words."""
        return describe(self.weekdays)


def timing_constraints(name: str) -> list[models.CheckConstraint]:
    """The bounds of every Timing, by the name of its model."""
    return [
        models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=127), name=f"{name}_weekdays_mask"),
        models.CheckConstraint(condition=Q(kind__in=PostKind.values), name=f"{name}_kind_known"),
        models.CheckConstraint(condition=Q(catch_up__in=CatchUp.values), name=f"{name}_catch_up_known"),
        models.CheckConstraint(condition=Q(holidays__in=Holidays.values), name=f"{name}_holidays_known"),
    ]
