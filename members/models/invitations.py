"""邀请: campaigns with limited seats, invitations, proofs, and how members came."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.inviting import TEMPLATE, CampaignState, Gate, InvitationState, ProofState, Sort
from members.models.identity import Person
from members.models.joining import Picture
from members.models.membership import Membership
from members.models.sources import Source


class Campaign(models.Model):
    """A drive to bring people into groups, with a fixed number of seats that is never exceeded."""

    name = models.CharField(_("name of the campaign"), max_length=60, unique=True)
    sort = models.CharField(_("sort of campaign"), max_length=8, choices=Sort.choices, default=Sort.PERSONAL)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name=_("source"))
    reason = models.TextField(_("why one should come"), max_length=1000)
    template = models.TextField(_("message"), max_length=1500, default=TEMPLATE)
    gate = models.CharField(_("before one comes in"), max_length=5, choices=Gate.choices, default=Gate.NONE)
    gate_text = models.CharField(_("what is asked"), max_length=300, blank=True)
    event_name = models.CharField(_("event"), max_length=120, blank=True)
    event_at = models.DateTimeField(_("time of the event"), null=True, blank=True)
    benefit = models.CharField(_("for members only"), max_length=300, blank=True)  # 群成员专享福利
    seats = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(_("taken seats"), default=0)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=CampaignState.choices, default=CampaignState.DRAFT)
    key = models.CharField(max_length=40)  # of the public link to apply
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("campaign")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="campaign_never_oversold"),
            models.CheckConstraint(condition=Q(sort__in=Sort.values, gate__in=Gate.values), name="campaign_sort_known"),
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_known"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="campaign_times_ordered"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-created_at", "-id"], name="campaign_newest")]

    def __str__(self) -> str:
        return self.name


class CampaignGroup(models.Model):
    """A group that a campaign fills, in its order."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="targets", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="campaign_targets")
    position = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("group of a campaign")
        ordering: ClassVar = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "group"], name="campaign_group_once"),
            models.UniqueConstraint(fields=["campaign", "position"], name="campaign_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} → {self.group}"


class Invitation(models.Model):
    """An invitation of one person, with a link of their own."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="invitations", db_index=False)
    name = models.CharField(_("name"), max_length=60)
    reason = models.CharField(_("personal reason"), max_length=300, blank=True)
    key = models.CharField(max_length=40)  # of the link; a new one makes the old link worthless
    state = models.CharField(_("state"), max_length=8, choices=InvitationState.choices, default=InvitationState.DRAFT)
    guest = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")  # who is in a group of ours already
    inviter = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # a member who brings them
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    opens = models.PositiveIntegerField(_("opened"), default=0)
    opened_at = models.DateTimeField(_("first opened"), null=True)
    settled_at = models.DateTimeField(null=True)
    attended = models.BooleanField(_("came to the event"), null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # None: they applied

    class Meta:
        verbose_name = _("personal invitation")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=InvitationState.values), name="invitation_state_known"),
            models.CheckConstraint(
                condition=Q(opens=0, opened_at=None) | Q(opens__gt=0, opened_at__isnull=False), name="invitation_opened_when"
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="invitation_sent_when"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "-created_at", "-id"], name="invitation_of_campaign"),
            models.Index(fields=["state", "-created_at", "-id"], name="invitation_by_state"),
            models.Index(fields=["sent_at"], condition=Q(state="sent"), name="invitation_unanswered"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_state(self) -> str:
        """The state as people know it: what was sent and looked at is opened."""
        return "opened" if self.state == InvitationState.SENT and self.opened_at else self.state


class Proof(models.Model):
    """What somebody shows for the gate (转发、点赞): words or a link, or a picture; looked at by a person."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="proofs")
    text = models.CharField(_("words or link"), max_length=500, blank=True)
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="proofs")
    state = models.CharField(_("state"), max_length=8, choices=ProofState.choices, default=ProofState.WAITING)
    created_at = models.DateTimeField(_("shown"))
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("proof")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProofState.values), name="proof_state_known"),
            models.CheckConstraint(condition=~Q(text="") | Q(picture__isnull=False), name="proof_shows_something"),
            models.UniqueConstraint(fields=["invitation"], condition=Q(state="waiting"), name="proof_one_waiting"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at", "id"], condition=Q(state="waiting"), name="proof_to_review")]

    def __str__(self) -> str:
        return f"{self.invitation} {self.created_at:%m-%d %H:%M}"


class Arrival(models.Model):
    """Who came by an invitation: chosen by a person, never guessed. Once a membership, once an invitation."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="arrival")
    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="arrival")
    # What the membership said before, for the undo.
    source_before = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    inviter_before = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("arrival by an invitation")

    def __str__(self) -> str:
        return str(self.membership)
