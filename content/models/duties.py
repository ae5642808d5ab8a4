"""Themes of the week and the duties of the staff: of a kind, or of a group once it has edited them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from content.policy import describe
from groupops.groups.models import Group, Kind


class Scoped(models.Model):
    """Belongs to a kind, or to one group that copied its kind's on the first edit."""

    kind = models.ForeignKey(Kind, models.PROTECT, null=True, related_name="%(class)ss", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="%(class)ss", db_index=False)
    key = models.SlugField(max_length=40, db_index=False)  # "monday", "morning-greeting"
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=127)  # mask, bit 0 is Monday
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        abstract = True

    def get_weekdays_display(self) -> str:
        """The weekdays in words."""
        return describe(self.weekdays)


def scoped_constraints(name: str) -> list[models.BaseConstraint]:
    """One owner, one row a key, days that exist."""
    return [
        models.CheckConstraint(
            condition=Q(kind__isnull=True, group__isnull=False) | Q(kind__isnull=False, group__isnull=True), name=f"{name}_has_one_owner"
        ),
        models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=127), name=f"{name}_weekdays_mask"),
        models.UniqueConstraint(fields=["kind", "key"], condition=Q(group=None), name=f"{name}_of_kind_once"),
        models.UniqueConstraint(fields=["group", "key"], condition=Q(kind=None), name=f"{name}_of_group_once"),
    ]


class Theme(Scoped):
    """What certain days of the week are about (seed: 互动活动设计)."""

    title = models.CharField(_("title"), max_length=60)
    activities = models.JSONField(_("activities"), default=list)  # a list of lines

    class Meta:
        constraints = scoped_constraints("theme")

    def __str__(self) -> str:
        return self.title


class Duty(Scoped):
    """What the staff does in a window of the day (seed: 每日运营安排)."""

    text = models.CharField(_("what is to be done"), max_length=120)
    start = models.TimeField(_("from"))
    end = models.TimeField(_("until"))

    class Meta:
        constraints = [
            *scoped_constraints("duty"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="duty_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.text


class DutyDone(models.Model):
    """A duty of a group that somebody has done, or let be, on a local day. A row, so that it happens once."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="duties_done", db_index=False)
    day = models.DateField()
    key = models.CharField(max_length=60)  # of the Duty, or "slot:12" for the hour after a slot
    done = models.BooleanField(default=True)  # False: left undone on purpose
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "day", "key"], name="duty_done_once")]
        indexes = [models.Index(fields=["day", "key"], name="duty_done_of_day")]

    def __str__(self) -> str:
        return f"{self.key} {self.day}"
