"""What members asked, what became of it, and what we said to several at once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from members.asking import Cue, How, QuestionState
from members.models.membership import Membership

ANSWER_LENGTH = 1500


class Reply(models.Model):
    """One text that answers several questions, once a group (seed: 批量处理相似的问题)."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="replies", db_index=False)
    text = models.TextField(_("answer"), max_length=ANSWER_LENGTH)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to several questions")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="reply_says_something")]

    def __str__(self) -> str:
        return self.text[:40]


class Question(models.Model):
    """A question said to the group. Its words stay with the event, for as long as that is kept; here is what became of it."""

    event = models.OneToOneField(StoredEvent, models.SET_NULL, null=True, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="questions", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="questions")  # who asks
    cue = models.CharField(max_length=10, choices=Cue.choices)
    asked_at = models.DateTimeField(_("asked"))
    last_asked_at = models.DateTimeField()  # asking again within the hour is the same question
    times = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("to be answered by"))  # by the goal that counted when it was asked
    state = models.CharField(_("state"), max_length=8, choices=QuestionState.choices, default=QuestionState.OPEN)
    how = models.CharField(_("how"), max_length=9, choices=How.choices, blank=True, default=How.NONE)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    answer = models.ForeignKey(StoredEvent, models.SET_NULL, null=True, related_name="+")
    waited = models.PositiveIntegerField(_("waited"), null=True)  # seconds of waking time until the answer
    reply = models.ForeignKey(Reply, models.SET_NULL, null=True, related_name="questions")  # on its way, or what answered it
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("taken on by"))
    taken_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # a person who decided

    class Meta:
        verbose_name = _("question")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=QuestionState.values), name="question_state_known"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="question_how_known"),
            models.CheckConstraint(condition=Q(cue__in=Cue.values), name="question_cue_known"),
            models.CheckConstraint(condition=Q(state="open", how="") | (~Q(state="open") & ~Q(how="")), name="question_settled_says_how"),
            models.CheckConstraint(condition=~Q(state="answered") | Q(answered_at__gte=F("asked_at")), name="question_answered_after"),
            models.CheckConstraint(condition=Q(last_asked_at__gte=F("asked_at"), times__gte=1), name="question_asked_ordered"),
        ]
        indexes = [
            models.Index(fields=["group", "asked_at"], condition=Q(state="open"), name="question_waiting_in_group"),
            models.Index(fields=["asked_at", "id"], condition=Q(state="open"), name="question_waiting"),
            models.Index(fields=["group", "-asked_at", "-id"], name="question_of_group"),
            models.Index(fields=["state", "-asked_at", "-id"], name="question_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.asked_at:%m-%d %H:%M}"
