"""A newcomer's first weeks: what they did, who answered, who looks after them; and the newcomers of a week as one task."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from members.asking import How
from members.caring import CareState
from members.models.membership import Membership


class Newcomer(models.Model):
    """Somebody's first stay in a group, from a join that was seen. Made once; a return is the same newcomer."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="newcomer")
    group = models.ForeignKey(Group, models.PROTECT, related_name="newcomers", db_index=False)
    joined_at = models.DateTimeField(_("joined"))
    first_spoke_at = models.DateTimeField(_("first spoke"), null=True)
    first_event = models.ForeignKey(StoredEvent, models.SET_NULL, null=True, related_name="+")
    answer_due_at = models.DateTimeField(null=True)  # of the first message, in waking time, by the policy of that moment
    introduced_at = models.DateTimeField(_("introduced"), null=True)
    introduced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # a person who says so
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_how = models.CharField(max_length=9, choices=How.choices, blank=True)
    answered_member = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # a person who says so
    buddy_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    buddy_member = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    lists = models.PositiveSmallIntegerField(default=0)  # how many of the three task lists had their time
    personal = models.BooleanField(null=True)  # a list of their own; False: one of the group's task; None: not decided yet

    class Meta:
        verbose_name = _("newcomer")
        constraints = [
            models.CheckConstraint(condition=Q(answered_how__in=How.values), name="newcomer_how_known"),
            models.CheckConstraint(condition=Q(answered_at=None) | ~Q(answered_how=""), name="newcomer_answered_how"),
            models.CheckConstraint(
                condition=Q(first_spoke_at=None) | Q(first_spoke_at__gte=F("joined_at")), name="newcomer_spoke_after_joining"
            ),
            models.CheckConstraint(condition=Q(buddy_user=None) | Q(buddy_member=None), name="newcomer_one_buddy"),
            models.CheckConstraint(condition=Q(lists__lte=3), name="newcomer_three_lists"),
        ]
        indexes = [
            models.Index(fields=["group", "-joined_at", "-id"], name="newcomer_of_group"),
            models.Index(fields=["-joined_at", "-id"], name="newcomer_newest"),
            models.Index(fields=["answer_due_at"], condition=Q(answered_at=None, first_spoke_at__isnull=False), name="newcomer_unanswered"),
        ]

    def __str__(self) -> str:
        return str(self.membership)


class Intake(models.Model):
    """The newcomers of a group and week that are too many for lists of their own: one task of the group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="intakes", db_index=False)
    week = models.DateField(_("week"))  # its Monday, on the group's calendar
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=8, choices=CareState.choices, default=CareState.OPEN)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("newcomers of a week")
        constraints = [
            models.UniqueConstraint(fields=["group", "week"], name="intake_once"),
            models.CheckConstraint(condition=Q(state__in=CareState.values), name="intake_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)), name="intake_settled_when"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="open"), name="intake_open")]

    def __str__(self) -> str:
        return f"{self.group} {self.week}"
