"""What was decided about a case, what was done, and the strike that counts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group, RuleSet
from members.models import Membership
from moderation.models.cases import Case
from moderation.policy import Act, Ladder, MeasureState, Offence, Verdict

USER = settings.AUTH_USER_MODEL


class Decision(models.Model):
    """The verdict on a case: one that stands. Taken back, it stays as history."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", db_index=False)
    verdict = models.CharField(_("decision"), max_length=7, choices=Verdict.choices)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # None: the machine
    at = models.DateTimeField(_("decided"))
    step = models.PositiveSmallIntegerField(null=True)  # of the ladder, from 0
    acts = models.CharField(max_length=200, blank=True, default="")  # the step as the ladder spelt it then
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    second_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    second_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("decision")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(undone_at=None), name="decision_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="decision_verdict_known"),
            models.CheckConstraint(condition=Q(second_by=None) | Q(by=None) | ~Q(second_by=F("by")), name="decision_second_is_another"),
            models.CheckConstraint(condition=~Q(verdict="punish") | Q(step__isnull=False), name="decision_punish_has_step"),
        ]
        indexes = [
            models.Index(fields=["case", "-at"], name="decision_of_case"),
            models.Index(fields=["-at", "-id"], condition=Q(undone_at=None), name="decision_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.verdict}"


class Strike(models.Model):
    """违规记录: a violation that counts until its day, frozen when it is given; overruled ones do not count any more."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="strike")
    case = models.ForeignKey(Case, models.PROTECT, related_name="strikes", db_index=False)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="strikes", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="strikes", db_index=False)
    ladder = models.CharField(max_length=9, choices=Ladder.choices)
    offence = models.CharField(_("offence"), max_length=12, choices=Offence.choices)
    weight = models.PositiveSmallIntegerField()
    at = models.DateTimeField(_("given on"))
    expires_at = models.DateTimeField(_("counts until"))
    appeal_until = models.DateTimeField()
    rules = models.ForeignKey(RuleSet, models.PROTECT, null=True, related_name="+", db_index=False)  # 群规 in force
    key = models.CharField(max_length=22)  # of the link by which it is appealed
    overruled_at = models.DateTimeField(null=True)
    overruled_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("strike")
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=3), name="strike_weight"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="strike_expires_later"),
            models.CheckConstraint(
                condition=Q(overruled_at=None, overruled_by=None) | Q(overruled_at__isnull=False, overruled_by__isnull=False),
                name="strike_overruled_by",
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "ladder", "expires_at"], name="strike_counting"),
            models.Index(fields=["membership", "-at", "-id"], name="strike_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.get_offence_display()} · {self.membership}"


class Measure(models.Model):
    """One act that follows: it leaves by the outbox, whose delivery it follows."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="measures", db_index=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="measures", db_index=False)
    act = models.CharField(max_length=9, choices=Act.choices)
    about = models.CharField(max_length=255, blank=True, default="")  # the remote id of the message it recalls; the event it answers
    state = models.CharField(max_length=9, choices=MeasureState.choices, default=MeasureState.WAITING)
    why = models.CharField(max_length=300, blank=True, default="")
    until = models.DateTimeField(null=True)  # of a mute, or of being kept out
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("measure")
        constraints = [
            models.UniqueConstraint(fields=["decision", "act", "about"], name="measure_once"),
            models.CheckConstraint(condition=Q(act__in=Act.values), name="measure_act_known"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at=None)), name="measure_done_when"
            ),
        ]
        indexes = [models.Index(fields=["case", "at", "id"], name="measure_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.act}"
