"""冲突处理: who answers whom, and a quarrel that rose from it, with what a person does about it. Nothing here is a strike."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models import Membership
from moderation.policy.quarrels import Outcome, Step

USER = settings.AUTH_USER_MODEL


class Exchange(models.Model):
    """Somebody answered somebody. Kept for a day, for the radar."""

    event_id = models.BigIntegerField(unique=True)
    group = models.ForeignKey(Group, models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    target = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    hostile = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("exchange")
        constraints = [models.CheckConstraint(condition=~Q(source=F("target")), name="exchange_of_two")]
        indexes = [models.Index(fields=["group", "at"], name="exchange_of_group"), models.Index(fields=["at"], name="exchange_kept")]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class Quarrel(models.Model):
    """An exchange between few people that rose. One a group and episode; a person closes it."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="quarrels", db_index=False)
    began_at = models.DateTimeField(_("began"))
    noticed_at = models.DateTimeField()
    last_at = models.DateTimeField()
    answers = models.PositiveIntegerField(default=0)
    hostile = models.PositiveIntegerField(default=0)  # of them with a word of the lists
    assigned_to = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome.choices, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("quarrel")
        constraints = [
            models.UniqueConstraint(fields=["group", "began_at"], name="quarrel_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(closed_at=None), name="quarrel_one_open"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="quarrel_closed_whole",
            ),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="quarrel_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["-began_at", "-id"], name="quarrel_newest"),
            models.Index(fields=["group", "-closed_at"], name="quarrel_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.began_at:%Y-%m-%d %H:%M}"


class QuarrelSide(models.Model):
    """Somebody who takes part."""

    quarrel = models.ForeignKey(Quarrel, models.CASCADE, related_name="sides", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    answers = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("side of a quarrel")
        constraints = [models.UniqueConstraint(fields=["quarrel", "membership"], name="quarrel_side_once")]

    def __str__(self) -> str:
        return f"{self.quarrel_id}/{self.membership_id}"


class QuarrelStep(models.Model):
    """One step of the check-list. The one that speaks in the group may leave by the outbox; then it is done when it was said."""

    quarrel = models.ForeignKey(Quarrel, models.CASCADE, related_name="steps", db_index=False)
    step = models.CharField(max_length=9, choices=Step.choices)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.TextField(blank=True, default="")  # what is being said, or was
    asked_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    parts = models.PositiveSmallIntegerField(default=0)  # how often it was tried

    class Meta:
        verbose_name = _("step of a quarrel")
        constraints = [
            models.UniqueConstraint(fields=["quarrel", "step"], name="quarrel_step_once"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="quarrel_step_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False), name="quarrel_step_done_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarrel_id}: {self.step}"
