"""策略预演: a set of rules run over what was said, what it would have done, and how that differs from what happened."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group, Kind
from members.models import Membership
from moderation.models.cases import Case
from moderation.models.rules import Rule
from moderation.policy import CaseState, Held, Offence

USER = settings.AUTH_USER_MODEL
MOST_DAYS = 90


class Which(models.TextChoices):
    """Which rules are rehearsed."""

    LIVE = "live", _("Live rules")
    REHEARSED = "rehearsed", _("Live rules and those in rehearsal")
    ALL = "all", _("Live rules, those in rehearsal and drafts")
    TRIED = "tried", _("Only what is tried")


class RunState(models.TextChoices):
    """Where a rehearsal is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not finished")


class Compared(models.TextChoices):
    """A rehearsed case beside what really happened."""

    NEW = "new", _("New")
    SAME = "same", _("As it was")
    GONE = "gone", _("No longer")


class Rehearsal(models.Model):
    """Somebody asks what rules would have done; without group and kind it is about every group. What came out never changes."""

    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="rehearsals", db_index=False)
    kind = models.ForeignKey(Kind, models.PROTECT, null=True, related_name="+", db_index=False)
    days = models.PositiveSmallIntegerField(_("days"))
    which = models.CharField(_("rules"), max_length=9, choices=Which.choices, default=Which.LIVE)
    # Tried instead of what is stored: {"rule": id, "values": {…}}, {"ladder": {…}}, {"drafts": [{…}, …]}: rules that nobody saved.
    change = models.JSONField(default=dict)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=7, choices=RunState.choices, default=RunState.WAITING)
    lease_until = models.DateTimeField(null=True)  # of the worker that is at it
    done = models.PositiveIntegerField(default=0)  # messages
    total = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True, default="")  # a msgid: why it was not finished

    class Meta:
        verbose_name = _("rehearsal")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="rehearsal_state_known"),
            models.CheckConstraint(condition=Q(which__in=Which.values), name="rehearsal_which_known"),
            models.CheckConstraint(condition=Q(group=None) | Q(kind=None), name="rehearsal_one_place"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=MOST_DAYS), name="rehearsal_days"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="rehearsal_done_of_total"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="rehearsal_newest"),
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="rehearsal_to_run"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class RehearsalResult(models.Model):
    """What came out, with the versions of the rules that were run. Written once, never changed."""

    rehearsal = models.OneToOneField(Rehearsal, models.PROTECT, related_name="result")
    at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    kept_since = models.DateTimeField(null=True)  # what was said before has no text any more; None: everything has
    messages = models.PositiveIntegerField()  # whose text was looked at
    without_text = models.PositiveIntegerField()
    rules: Any = models.JSONField(default=list)  # [{"id", "version", "name", "state", "certain", "changed"}]
    ladders: Any = models.JSONField(default=list)  # [{"groups": […], …}]: the ladders that counted, as the policy spells them
    numbers: Any = models.JSONField(default=dict)
    cut = models.PositiveIntegerField(default=0)  # cases beyond those that are kept row by row

    class Meta:
        verbose_name = _("result of a rehearsal")

    def __str__(self) -> str:
        return f"{self.rehearsal_id}"


class RehearsedCase(models.Model):
    """A case as the rehearsal saw it, or a real one that it did not see. It holds no words: messages are looked up while they are kept."""

    rehearsal = models.ForeignKey(Rehearsal, models.PROTECT, related_name="cases", db_index=False)
    key = models.CharField(max_length=80)  # of the incident, made as of real cases
    compared = models.CharField(max_length=4, choices=Compared.choices)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_index=False)
    offence = models.CharField(max_length=12, choices=Offence.choices)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="+", db_index=False)
    rule_version = models.PositiveIntegerField(null=True)
    draft = models.PositiveSmallIntegerField(null=True)  # the how-manieth of the rules that nobody saved, from 1
    state = models.CharField(max_length=9, choices=CaseState.choices)
    held = models.CharField(max_length=8, choices=Held.choices, blank=True, default=Held.NONE)
    step = models.PositiveSmallIntegerField(null=True)  # of the ladder, from 0: taken, or due where a person decides
    acts = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()  # of its first message
    messages = models.PositiveIntegerField()
    events: Any = models.JSONField(default=list)  # the first of them, by the number of the event
    real = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("rehearsed case")
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "key"], name="rehearsed_once"),
            models.CheckConstraint(condition=Q(compared__in=Compared.values), name="rehearsed_compared_known"),
            models.CheckConstraint(condition=Q(draft=None) | Q(rule=None), name="rehearsed_by_one_rule"),
            models.CheckConstraint(condition=Q(compared="new", real=None) | ~Q(compared="new"), name="rehearsed_new_has_none"),
        ]
        indexes = [models.Index(fields=["rehearsal", "at", "id"], name="rehearsed_of_run")]

    def __str__(self) -> str:
        return f"{self.rehearsal_id}/{self.key}"
