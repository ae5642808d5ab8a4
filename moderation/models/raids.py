"""集中涌入: one raid a group and beginning, and who joined in it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models import Membership
from moderation.models.cases import Case

USER = settings.AUTH_USER_MODEL


class JoinOutcome(models.TextChoices):
    """What became of somebody who joined in a raid."""

    WAITS = "", _("To look at")
    CASE = "case", _("Case")
    LET = "let", _("Let be")


class Raid(models.Model):
    """Too many joined at once. What it holds is frozen when it begins; it ends by itself or by a person."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="raids", db_index=False)
    began_at = models.DateTimeField(_("began"))  # the first join of the flood
    noticed_at = models.DateTimeField()
    last_join_at = models.DateTimeField()
    joins = models.PositiveIntegerField(_("joins"), default=0)
    least = models.PositiveIntegerField()  # the policy then: so many joins within so many minutes
    minutes = models.PositiveIntegerField()
    hold = models.BooleanField(default=True)
    slow = models.BooleanField(default=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # None: by itself

    class Meta:
        verbose_name = _("raid")
        constraints = [
            models.UniqueConstraint(fields=["group", "began_at"], name="raid_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(ended_at=None), name="raid_one_open"),
            models.CheckConstraint(condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="raid_ended_by_needs_end"),
            models.CheckConstraint(condition=Q(last_join_at__gte=F("began_at")), name="raid_times_ordered"),
        ]
        indexes = [
            models.Index(fields=["-began_at", "-id"], name="raid_newest"),
            models.Index(fields=["group", "-ended_at"], name="raid_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.began_at:%Y-%m-%d %H:%M}"


class RaidJoin(models.Model):
    """Somebody joined in a raid; a person says what becomes of them."""

    raid = models.ForeignKey(Raid, models.CASCADE, related_name="entries", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="raid_joins")
    event_id = models.BigIntegerField(null=True)  # of the stored event that told of it
    at = models.DateTimeField(_("joined"))
    outcome = models.CharField(max_length=4, choices=JoinOutcome.choices, blank=True, default=JoinOutcome.WAITS)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("join in a raid")
        constraints = [
            models.UniqueConstraint(fields=["raid", "membership"], name="raid_join_once"),
            models.CheckConstraint(condition=Q(outcome__in=JoinOutcome.values), name="raid_join_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_by=None, settled_at=None)
                | (~Q(outcome="") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="raid_join_settled_by",
            ),
            models.CheckConstraint(
                condition=Q(outcome="case", case__isnull=False) | (~Q(outcome="case") & Q(case=None)), name="raid_join_case"
            ),
        ]
        indexes = [models.Index(fields=["raid", "at", "id"], name="raid_join_of_raid")]

    def __str__(self) -> str:
        return f"{self.raid_id}/{self.membership_id}"
