"""How the tiers moved: each change with its reason, each night of a group with its shape."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models.membership import Membership
from members.tiering import Tier, Why


class TierChange(models.Model):
    """A change of a member's tier, never rewritten. The machine makes one a member and day at most; a lock may leave the tier as it was."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tier_changes", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="tier_changes", db_index=False)
    day = models.DateField()  # local day of the group: the one that was judged, or on which a person acted
    at = models.DateTimeField(_("when"))
    was = models.CharField(_("from"), max_length=8, choices=Tier.choices, blank=True)
    tier = models.CharField(_("to"), max_length=8, choices=Tier.choices)
    score = models.PositiveIntegerField(_("score"), null=True)
    why = models.CharField(_("reason"), max_length=8, choices=Why.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)  # None: the night

    class Meta:
        verbose_name = _("change of tier")
        constraints = [
            models.UniqueConstraint(fields=["membership", "day"], condition=Q(by=None), name="tier_change_once_a_night"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values, was__in=["", *Tier.values]), name="tier_change_known"),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="tier_change_says_why"),
            models.CheckConstraint(
                condition=Q(why="unlock") | Q(by=None, why__in=["first", "rose", "fell"]) | (Q(why="lock", by__isnull=False) & ~Q(note="")),
                name="tier_change_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "-at", "-id"], name="tier_change_of_member"),
            models.Index(fields=["group", "-at", "-id"], name="tier_change_of_group"),
            models.Index(fields=["-at", "-id"], name="tier_change_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.was or '–'} → {self.tier}"


class TierNight(models.Model):
    """A night in which a group's tiers were judged, and their shape after it. Its key makes a night once-only."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="tier_nights", db_index=False)
    day = models.DateField()  # the local day that had just ended
    at = models.DateTimeField()
    is_judged = models.BooleanField()  # False: nothing was received lately, so nothing moved
    moved = models.PositiveIntegerField(default=0)
    core = models.PositiveIntegerField(default=0)
    active = models.PositiveIntegerField(default=0)
    ordinary = models.PositiveIntegerField(default=0)
    lurker = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("night of the tiers")
        constraints = [
            models.UniqueConstraint(fields=["group", "day"], name="tier_night_once"),
            models.CheckConstraint(condition=Q(is_judged=True) | Q(moved=0), name="tier_night_unjudged_still"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.day}"
