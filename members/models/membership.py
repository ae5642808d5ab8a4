"""A person in a group, for all their comings and goings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models.identity import Person
from members.models.sources import Source
from members.tiering import Tier


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
    # Where they came from. Set by a join code, a campaign, an invitation, an import or by hand; never guessed. None: nobody knows.
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="memberships", db_index=False, verbose_name=_("source"))
    # Judged once a night (members.tiers). Days are local ones of the group.
    tier = models.CharField(_("tier"), max_length=8, choices=Tier.choices, blank=True, default="")  # "": unknown
    tier_score = models.PositiveIntegerField(null=True)  # what the last change was decided on; today's is asked of the activity
    tier_since = models.DateField(null=True)
    tier_below_since = models.DateField(null=True)  # first day of the grace before a fall
    tier_locked_until = models.DateField(null=True)  # the last day on which nothing moves it
    tier_lock_reason = models.CharField(max_length=200, blank=True, default="")
    tier_locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    kept_at = models.DateTimeField(null=True)  # 保留: the member, or a colleague for them, said that the seat stays; a sign of life

    # Who invited them to the stay that joined_at tells of, where the platform or an import names somebody. None: nobody is known.
    invited_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="invited", db_index=False, verbose_name=_("invited by"))

    # Of a human with two identities in one group: the membership that counts; this one stands back. Set and cleared by members.identity.
    same_as = models.ForeignKey("self", models.SET_NULL, null=True, related_name="others", db_index=False)

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="membership_once"),
            models.CheckConstraint(condition=Q(left_how="") | Q(left_at__isnull=False), name="membership_how_needs_left"),
            models.CheckConstraint(condition=Q(tier__in=["", *Tier.values]), name="membership_tier_known"),
            models.CheckConstraint(
                condition=Q(tier="", tier_since=None, tier_below_since=None) | (~Q(tier="") & Q(tier_since__isnull=False)),
                name="membership_tier_since",
            ),
            models.CheckConstraint(
                condition=Q(tier_locked_until=None, tier_lock_reason="", tier_locked_by=None)
                | (Q(tier_locked_until__isnull=False, tier_locked_by__isnull=False) & ~Q(tier_lock_reason="") & ~Q(tier="")),
                name="membership_lock_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "-joined_at", "-id"], name="membership_of_group"),
            models.Index(fields=["-joined_at", "-id"], name="membership_newest"),
            models.Index(fields=["group"], condition=Q(left_at=None), name="membership_present"),
            models.Index(fields=["same_as"], condition=Q(same_as__isnull=False), name="membership_same_as"),
            models.Index(fields=["invited_by", "-joined_at", "-id"], condition=Q(invited_by__isnull=False), name="membership_of_inviter"),
            models.Index(fields=["source", "-joined_at", "-id"], condition=Q(source__isnull=False), name="membership_of_source"),
            models.Index(fields=["group", "tier"], condition=Q(left_at=None), name="membership_by_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.group}"

    @property
    def human(self) -> Person:
        """The person under whose name they are shown: what a merged identity was merged into."""
        return self.person.human
