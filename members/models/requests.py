"""What members wish for, who supports it, and what they were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from members.models.membership import Membership
from members.requesting import RequestState

TITLE_LENGTH, TEXT_LENGTH, ANSWER_LENGTH = 120, 2000, 500


class MemberRequest(models.Model):
    """A request of a member (seed: 用户反馈收集, 收集对群运营的意见和建议). `answer` is what the proposer is told beside the state."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="requests", db_index=False)
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="requests")  # who proposed it
    event = models.ForeignKey(StoredEvent, models.SET_NULL, null=True, related_name="+")  # the message it came from
    title = models.CharField(_("title of the request"), max_length=TITLE_LENGTH)
    text = models.TextField(_("what is wished for"), max_length=TEXT_LENGTH, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RequestState.choices, default=RequestState.RECEIVED)
    answer = models.CharField(_("what they are told"), max_length=ANSWER_LENGTH, blank=True)
    supporters = models.PositiveIntegerField(_("supporters"), default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    moved_at = models.DateTimeField()  # into its state

    class Meta:
        verbose_name = _("request of a member")
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(event__isnull=False), name="request_of_message_once"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="request_titled"),
        ]
        indexes = [
            models.Index(fields=["group", "-created_at", "-id"], name="request_of_group"),
            models.Index(fields=["state", "-created_at", "-id"], name="request_by_state"),
        ]

    def __str__(self) -> str:
        return self.title


class RequestSupport(models.Model):
    """Another member wishes for the same, and is told as well."""

    request = models.ForeignKey(MemberRequest, models.CASCADE, related_name="support", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="supported")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("support of a request")
        constraints = [models.UniqueConstraint(fields=["request", "membership"], name="request_support_once")]

    def __str__(self) -> str:
        return f"{self.membership} → {self.request}"


class RequestNews(models.Model):
    """Somebody is told about a state of a request: once a state, whatever happens to it in between."""

    request = models.ForeignKey(MemberRequest, models.CASCADE, related_name="news", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=RequestState.choices)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # by the receipt of the message

    class Meta:
        verbose_name = _("news of a request")
        constraints = [
            models.UniqueConstraint(fields=["request", "membership", "state"], name="request_news_once"),
            models.CheckConstraint(condition=Q(state__in=["planned", "shipped", "declined"]), name="request_news_state"),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.state}"
