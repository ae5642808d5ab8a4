"""Schedules of a group and their slots: every occurrence is a row."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from content.models.plan import PlanLine
from content.models.timing import Timing, timing_constraints
from content.policy import Rule, SlotState, Why
from groupops.groups.models import Group


class Schedule(Timing):
    """A recurring slot of a group: wall-clock time, weekdays, zone of the group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="schedules", verbose_name=_("group"))
    # The line of the kind's plan it stands for. While it follows, its own fields are kept equal to the line's; the first edit ends that.
    line = models.ForeignKey(PlanLine, models.PROTECT, null=True, related_name="schedules")
    follows = models.BooleanField(default=False)
    # The group itself switched it off; `enabled` is also False where its line is off, retired, or of a kind the group is no longer.
    off_here = models.BooleanField(default=False)
    start = models.DateField(_("first day"))
    end = models.DateField(_("last day"), null=True, blank=True)
    skip = models.JSONField(_("days left out"), default=list, blank=True)  # ISO dates
    # Slots up to this local day exist as rows; planning continues behind it. None: planning begins anew with the next moment.
    planned_until = models.DateField(null=True)
    planned_zone = models.CharField(max_length=40, blank=True)  # the group's zone the planned slots were computed in
    planned_calendar = models.CharField(max_length=8, blank=True)  # the edition of the official calendar they were computed with
    plan_key = models.CharField(max_length=40, blank=True)  # which entry of a plan it was adopted from, so that adopting twice adds nothing
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("schedule")
        constraints = [
            *timing_constraints("schedule"),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="schedule_ends_after_start"),
            models.CheckConstraint(condition=Q(follows=False) | Q(line__isnull=False), name="schedule_follows_a_line"),
            models.UniqueConstraint(fields=["group", "plan_key"], condition=~Q(plan_key=""), name="schedule_adopted_once"),
        ]

    @property
    def rule(self) -> Rule:
        """The wall-clock rule, in the zone of the group."""
        skip = frozenset(map(date.fromisoformat, self.skip))
        return Rule(self.weekdays, self.at, self.group.zone, self.start, self.end, skip, self.holidays)


class Slot(models.Model):
    """One occurrence, unique on (schedule, local date, ordinal): moving 09:00 to 09:30 makes no second one."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="slots", db_index=False)
    day = models.DateField(_("day"))
    ordinal = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("due"))
    placed = models.BooleanField(default=False)  # a person moved this one: the rule does not move it any more
    state = models.CharField(_("state"), max_length=10, choices=SlotState.choices, default=SlotState.PLANNED)
    why = models.CharField(max_length=20, choices=Why.choices, blank=True, default=Why.NONE)

    class Meta:
        verbose_name = _("slot")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "day", "ordinal"], name="slot_once"),
            models.CheckConstraint(condition=Q(state__in=SlotState.values), name="slot_state_known"),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="slot_why_known"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="slot_due"),
            models.Index(fields=["due_at"], condition=Q(why="ask"), name="slot_asking"),
            models.Index(fields=["schedule", "due_at"], name="slot_of_schedule"),
            # A month of 500 groups is 60,000 slots: the calendar adds them up in here, without looking at the rows.
            models.Index(fields=["due_at", "state", "schedule", "day", "id"], name="slot_by_time"),
            models.Index(fields=["day", "schedule"], name="slot_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} · {self.day}"
