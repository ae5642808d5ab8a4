"""Runs of the sweep, the silent members each found, and the steps of each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models.membership import Membership
from members.sweeping import BY_APPROVAL, BY_SECOND, GRACE_OVER, IN_PROGRESS, TO_DECIDE, Blocked, CaseState, Mode

USER = settings.AUTH_USER_MODEL


class SweepRun(models.Model):
    """A look at one group: once a local week, however often beat ticks. `asking_at` None: nobody was asked, it is a report only."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="sweeps", db_index=False)
    week = models.DateField(_("week"))  # the Monday, by the group's clock
    mode = models.CharField(_("how far it goes"), max_length=8, choices=Mode.choices)  # the policy's, when it was made
    at = models.DateTimeField(_("looked at"))
    silent_before = models.DateTimeField()  # whose last sign of life is older is silent
    newcomers_after = models.DateTimeField()  # who came later is new
    blocked = models.CharField(max_length=8, choices=Blocked.choices, blank=True, default=Blocked.NONE)
    gap_from = models.DateField(null=True)
    gap_to = models.DateField(null=True)
    members = models.PositiveIntegerField(default=0)  # present then
    unknown = models.PositiveIntegerField(default=0)  # of them: nobody knows when they spoke last
    silent = models.PositiveIntegerField(default=0)
    exempt = models.PositiveIntegerField(default=0)  # of the silent
    counted_at = models.DateTimeField(null=True)  # None only inside the transaction that makes it
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # None: beat
    asking_at = models.DateTimeField(null=True)
    asking_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("run of the sweep")
        constraints = [
            models.UniqueConstraint(fields=["group", "week"], name="sweep_once_a_week"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="sweep_mode_known"),
            models.CheckConstraint(condition=Q(silent_before__lt=F("at")), name="sweep_looks_back"),
            models.CheckConstraint(condition=Q(blocked="") | Q(silent=0, exempt=0, asking_at=None), name="sweep_blocked_asks_nobody"),
            models.CheckConstraint(condition=Q(exempt__lte=F("silent")), name="sweep_exempt_are_silent"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="sweep_newest"),
            models.Index(fields=["group"], condition=Q(counted_at=None), name="sweep_in_the_making"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.week:%Y-%m-%d}"

    @property
    def proposed(self) -> int:
        """The silent whom nothing exempts."""
        return self.silent - self.exempt


class SweepCase(models.Model):
    """A silent member in a run. Exempt ones have a row too, so that the preview says why."""

    run = models.ForeignKey(SweepRun, models.CASCADE, related_name="cases", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="sweep_cases", db_index=False)
    last_spoke_at = models.DateTimeField(_("last spoke"))  # when the run was made; unknown is never silent, so never None
    exempt = models.CharField(max_length=200, blank=True, default="")  # codes of settings.SWEEP_EXEMPTIONS, comma-separated
    state = models.CharField(_("state"), max_length=9, choices=CaseState.choices, default=CaseState.CANDIDATE)
    state_at = models.DateTimeField()
    key = models.CharField(max_length=22, blank=True, default="")  # of the link; empty: never asked
    asked_at = models.DateTimeField(null=True)  # the receipt's moment
    grace_until = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    needs_second = models.BooleanField(default=False)
    second_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    second_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)  # the receipt's moment
    wanted_back_at = models.DateTimeField(null=True)  # a person is to invite them again
    wanted_back_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    why = models.CharField(max_length=300, blank=True, default="")  # of the present state: a msgid, or what a person wrote

    class Meta:
        verbose_name = _("silent member")
        constraints = [
            models.UniqueConstraint(fields=["membership", "run"], name="sweep_case_once"),
            models.UniqueConstraint(fields=["membership"], condition=Q(state__in=IN_PROGRESS), name="sweep_case_one_open"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="sweep_case_state_known"),
            models.CheckConstraint(condition=~Q(state="exempt") | ~Q(exempt=""), name="sweep_case_exempt_says_why"),
            models.CheckConstraint(condition=~Q(state="candidate") | Q(exempt=""), name="sweep_case_exempt_not_proposed"),
            models.CheckConstraint(
                condition=~Q(state__in=GRACE_OVER) | Q(asked_at__isnull=False, grace_until__isnull=False), name="sweep_case_asked_first"
            ),
            models.CheckConstraint(condition=~Q(state__in=BY_APPROVAL) | Q(approved_by__isnull=False), name="sweep_case_approved_by"),
            models.CheckConstraint(
                condition=~Q(state__in=BY_SECOND) | Q(needs_second=False) | Q(second_by__isnull=False), name="sweep_case_second_asked"
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | Q(approved_by=None) | ~Q(second_by=F("approved_by")), name="sweep_case_second_is_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["removed", "restored"]) | Q(removed_at__isnull=False), name="sweep_case_removed_when"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "last_spoke_at", "id"], name="sweep_case_of_run"),
            models.Index(fields=["state", "state_at", "id"], condition=Q(state__in=TO_DECIDE), name="sweep_case_to_decide"),
            models.Index(fields=["id"], condition=Q(state__in=IN_PROGRESS), name="sweep_case_in_progress"),
            models.Index(
                fields=["wanted_back_at"], condition=Q(state="removed", wanted_back_at__isnull=False), name="sweep_case_wanted_back"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership)

    @property
    def codes(self) -> list[str]:
        """What exempts them."""
        return [code for code in self.exempt.split(",") if code]

    @property
    def days(self) -> int:
        """How long they had been silent when the run looked."""
        return (self.run.at - self.last_spoke_at).days


class SweepStep(models.Model):
    """A move of a case: from where to where, when, by whom (None: the machine) and why."""

    case = models.ForeignKey(SweepCase, models.CASCADE, related_name="steps")
    was = models.CharField(max_length=9, choices=CaseState.choices)
    state = models.CharField(max_length=9, choices=CaseState.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("step of the sweep")

    def __str__(self) -> str:
        return f"{self.case} {self.was} → {self.state}"
