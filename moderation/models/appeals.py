"""Appeals: once a strike, decided by somebody else."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from moderation.models.decisions import Strike
from moderation.policy import AppealState

USER = settings.AUTH_USER_MODEL
LONGEST = 2000


class Appeal(models.Model):
    """A member says that a strike was wrong."""

    strike = models.OneToOneField(Strike, models.PROTECT, related_name="appeal")
    text = models.TextField(_("reason"))
    at = models.DateTimeField(_("appealed"))
    entered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # a colleague, for a private reply
    judged_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # of the decision; None: the machine
    state = models.CharField(_("state"), max_length=8, choices=AppealState.choices, default=AppealState.OPEN)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("appeal")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AppealState.values), name="appeal_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="appeal_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(judged_by=None) | ~Q(decided_by=F("judged_by")), name="appeal_decided_by_another"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_says_why"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("text"), Value(LONGEST)), name="appeal_not_too_long"),
        ]
        indexes = [models.Index(fields=["at", "id"], condition=Q(state="open"), name="appeal_waiting")]

    def __str__(self) -> str:
        return str(self.strike)


class AppealReply(models.Model):
    """A private message that appeals, read once: what became of it. `event_id` is of the stored event, which may be emptied."""

    event_id = models.BigIntegerField(unique=True)
    strike = models.ForeignKey(Strike, models.PROTECT, related_name="replies", db_index=False)
    appeal = models.OneToOneField(Appeal, models.PROTECT, null=True, related_name="reply")  # None: refused, and they were told why
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("appeal by private message")

    def __str__(self) -> str:
        return f"{self.strike_id}/{self.event_id}"
