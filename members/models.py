"""Person per platform identity, a Membership per group, and the daily rollup of what a member did."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group


class Person(models.Model):
    """One identity on one platform. Two that turn out to be one human are merged by pointer, history stays."""

    realm = models.CharField(max_length=30)  # the adapter's kind: ids are unique inside a platform
    remote_id = models.CharField(max_length=255)
    name = models.CharField(_("name"), max_length=200)
    named_at = models.DateTimeField()  # when the event that gave the name occurred: an older one does not take it back
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="aliases")
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("person")
        constraints = [models.UniqueConstraint(fields=["realm", "remote_id"], name="person_identity_once")]

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name a person bore before; kept once, with when they last gave it up."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="former_names", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("former name")
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="former_name_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a group, for all their comings and goings; `left_at` None means present."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships", db_index=False)
    joined_at = models.DateTimeField(_("joined"))  # of the present or last stay
    # Whether the platform told us of the join; otherwise joined_at is the first sign we had of them.
    join_seen = models.BooleanField(default=False)
    left_at = models.DateTimeField(_("left"), null=True)
    left_how = models.CharField(max_length=10, blank=True)  # left | kicked | unknown
    rejoins = models.PositiveSmallIntegerField(default=0)
    last_spoke_at = models.DateTimeField(_("last spoke"), null=True)  # None: unknown, never "silent for ever"

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="membership_once"),
            models.CheckConstraint(condition=Q(left_how="") | Q(left_at__isnull=False), name="membership_how_needs_left"),
        ]
        indexes = [
            models.Index(fields=["group", "-joined_at", "-id"], name="membership_of_group"),
            models.Index(fields=["-joined_at", "-id"], name="membership_newest"),
            models.Index(fields=["group"], condition=Q(left_at=None), name="membership_present"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.group}"


class DailyActivity(models.Model):
    """What a member did in a group on one local day of the group."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="activity", db_index=False)
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    contributions = models.PositiveIntegerField(default=0)  # written by points

    class Meta:
        verbose_name = _("daily activity")
        constraints = [models.UniqueConstraint(fields=["membership", "day"], name="activity_day_once")]

    def __str__(self) -> str:
        return f"{self.membership} {self.day}"
