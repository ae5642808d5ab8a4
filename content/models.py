"""Schedules, their slots (every occurrence is a row) and posts."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from content.policy import CatchUp, PostKind, PostState, Rule, SlotState, Why, describe
from groupops.groups.models import Group

BODY_LENGTH = 4000


class Schedule(models.Model):
    """A recurring slot of a group: wall-clock time, weekdays, zone of the group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="schedules", verbose_name=_("group"))
    title = models.CharField(_("title"), max_length=80)
    kind = models.CharField(_("kind of post"), max_length=12, choices=PostKind.choices, default=PostKind.MESSAGE)
    body = models.TextField(_("text"), max_length=BODY_LENGTH)
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=127)  # mask, bit 0 is Monday
    at = models.TimeField(_("time"))
    start = models.DateField(_("first day"))
    end = models.DateField(_("last day"), null=True, blank=True)
    skip = models.JSONField(_("days left out"), default=list, blank=True)  # ISO dates
    catch_up = models.CharField(_("if it is late"), max_length=10, choices=CatchUp.choices, default=CatchUp.SKIP)
    enabled = models.BooleanField(_("enabled"), default=True)
    # Slots up to this local day exist as rows; planning continues behind it. None: planning begins anew with the next moment.
    planned_until = models.DateField(null=True)
    planned_zone = models.CharField(max_length=40, blank=True)  # the group's zone the planned slots were computed in
    plan_key = models.CharField(max_length=40, blank=True)  # which entry of a plan it was adopted from, so that adopting twice adds nothing
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("schedule")
        constraints = [
            models.CheckConstraint(condition=Q(weekdays__gte=1, weekdays__lte=127), name="schedule_weekdays_mask"),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gte=F("start")), name="schedule_ends_after_start"),
            models.CheckConstraint(condition=Q(kind__in=PostKind.values), name="schedule_kind_known"),
            models.CheckConstraint(condition=Q(catch_up__in=CatchUp.values), name="schedule_catch_up_known"),
            models.UniqueConstraint(fields=["group", "plan_key"], condition=~Q(plan_key=""), name="schedule_adopted_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_weekdays_display(self) -> str:
        """The weekdays in words."""
        return describe(self.weekdays)

    @property
    def rule(self) -> Rule:
        """The wall-clock rule, in the zone of the group."""
        return Rule(self.weekdays, self.at, self.group.zone, self.start, self.end, frozenset(map(date.fromisoformat, self.skip)))


class Slot(models.Model):
    """One occurrence, unique on (schedule, local date, ordinal): moving 09:00 to 09:30 makes no second one."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="slots", db_index=False)
    day = models.DateField(_("day"))
    ordinal = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("due"))
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
        ]

    def __str__(self) -> str:
        return f"{self.schedule} · {self.day}"


class Post(models.Model):
    """Something said, or to be said, to a group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="posts_made", verbose_name=_("group"), db_index=False)
    slot = models.OneToOneField(Slot, models.PROTECT, null=True, related_name="post")
    # The lapsed or failed post that a person sent anew with this one; one to one, so that it happens once.
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    kind = models.CharField(_("kind of post"), max_length=12, choices=PostKind.choices)
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=PostState.choices, default=PostState.SCHEDULED)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("post of a group")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="post_state_known"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="post_sent_has_time"),
        ]
        indexes = [models.Index(fields=["group", "-due_at", "-id"], name="post_of_group")]

    def __str__(self) -> str:
        return self.title
