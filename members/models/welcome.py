"""The welcome of newcomers: who is to be welcomed, and the messages that do it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.arriving import WelcomeState
from members.models.membership import Membership


class GroupPageKey(models.Model):
    """What the link of a group's own page (群主页) carries since it was changed; without a row the first one counts."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="page_key", primary_key=True)
    key = models.CharField(max_length=22)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("link of a group's page")
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="group_page_key_there")]

    def __str__(self) -> str:
        return str(self.group)


class WelcomeRound(models.Model):
    """One message to those who joined a group in one window; or the decision to say nothing, because they were too many."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="welcome_rounds", db_index=False)
    opened_at = models.DateTimeField(_("opened"))  # when the first of them joined
    due_at = models.DateTimeField(_("due"))
    size = models.PositiveIntegerField(_("newcomers"))
    parts = models.PositiveSmallIntegerField(default=1)  # deliveries so far: one more where somebody left before it was said
    state = models.CharField(_("state"), max_length=9, choices=WelcomeState.choices)
    said_at = models.DateTimeField(_("said"), null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("welcome message")
        constraints = [
            models.UniqueConstraint(fields=["group", "opened_at"], name="welcome_round_once"),
            models.CheckConstraint(condition=Q(state__in=WelcomeState.values), name="welcome_round_state_known"),
            models.CheckConstraint(
                condition=Q(state="said", said_at__isnull=False) | (~Q(state="said") & Q(said_at=None)), name="welcome_round_said_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.opened_at:%m-%d %H:%M}"


class Welcome(models.Model):
    """That a member is to be welcomed: once a member, whatever becomes of it. Who comes back is not welcomed anew."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="welcome")
    group = models.ForeignKey(Group, models.PROTECT, related_name="welcomes", db_index=False)
    joined_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))  # others who join until then share the message
    state = models.CharField(_("state"), max_length=9, choices=WelcomeState.choices, default=WelcomeState.WAITING)
    round = models.ForeignKey(WelcomeRound, models.PROTECT, null=True, related_name="welcomes")

    class Meta:
        verbose_name = _("welcome")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=WelcomeState.values), name="welcome_state_known"),
            models.CheckConstraint(condition=~Q(state="waiting") | Q(round=None), name="welcome_waits_without_message"),
            models.CheckConstraint(condition=~Q(state__in=["going", "said"]) | Q(round__isnull=False), name="welcome_said_by_message"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="welcome_due"),
            models.Index(fields=["group", "-joined_at"], name="welcome_of_group"),
        ]

    def __str__(self) -> str:
        return str(self.membership)
