"""Cases: one for a member and an incident, with the messages it is about and who reported them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models import Membership
from moderation.models.rules import Rule
from moderation.policy import OPEN, CaseState, Held, Offence, Severity, Source

USER = settings.AUTH_USER_MODEL
FIRST, LAST = 0, 9


class Case(models.Model):
    """What a member may have done wrong, at one time; what is found later joins it while it is open."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="cases", db_index=False)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="cases", db_index=False)
    offence = models.CharField(_("offence"), max_length=12, choices=Offence.choices)
    severity = models.CharField(_("severity"), max_length=6, choices=Severity.choices, default=Severity.NORMAL)
    source = models.CharField(_("noticed by"), max_length=6, choices=Source.choices)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="cases", db_index=False)
    rule_version = models.PositiveIntegerField(null=True)
    explanation = models.CharField(max_length=300, blank=True, default="")  # the rule's, as it stood then
    key = models.CharField(max_length=80)  # of the incident
    state = models.CharField(_("state"), max_length=9, choices=CaseState.choices, default=CaseState.OPEN)
    state_at = models.DateTimeField()
    held = models.CharField(max_length=8, choices=Held.choices, blank=True, default=Held.NONE)  # why a person decides
    rank = models.PositiveSmallIntegerField(default=5)  # 0: first
    opened_at = models.DateTimeField(_("opened"))
    standing: Any = models.JSONField(default=dict)  # of the member, when it was opened: tier, days, post
    needs_second = models.BooleanField(default=False)
    claimed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    claimed_until = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)  # moves with every change a judge must know of

    class Meta:
        verbose_name = _("case")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="case_key_once"),
            models.UniqueConstraint(fields=["membership", "offence"], condition=Q(state__in=OPEN), name="case_one_open"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(condition=Q(offence__in=Offence.values), name="case_offence_known"),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None) | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="case_claim_whole",
            ),
            models.CheckConstraint(condition=Q(rank__gte=FIRST, rank__lte=LAST), name="case_rank_bounds"),
            models.CheckConstraint(condition=~Q(state="second") | Q(needs_second=True), name="case_second_wanted"),
        ]
        indexes = [
            models.Index(fields=["rank", "opened_at", "id"], condition=Q(state__in=OPEN), name="case_queue"),
            models.Index(fields=["membership", "-opened_at", "-id"], name="case_of_member"),
            models.Index(fields=["group", "-opened_at", "-id"], name="case_of_group"),
            models.Index(fields=["offence", "-state_at", "-id"], name="case_similar"),
            models.Index(fields=["rule", "state"], name="case_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.get_offence_display()} · {self.membership}"


class Evidence(models.Model):
    """A message that a case is about, as it was said: kept longer than messages are, until nobody can appeal any more."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="evidence", db_index=False)
    event_id = models.BigIntegerField()  # of the stored event, which may be emptied before
    offence = models.CharField(max_length=12, choices=Offence.choices)
    message = models.CharField(max_length=255, blank=True, default="")  # its remote id
    author = models.CharField(max_length=255, blank=True, default="")  # their remote id
    text = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="+", db_index=False)
    score = models.FloatField(default=1.0)
    spans = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True, default="")  # a msgid
    parameters = models.JSONField(default=dict)
    withheld = models.BooleanField(default=False)  # not counted as a message of its day
    day = models.DateField()  # the group's local one
    taken_back_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("evidence")
        constraints = [
            models.UniqueConstraint(fields=["event_id", "offence"], name="evidence_once"),
            models.CheckConstraint(condition=Q(emptied_at=None) | Q(text=""), name="evidence_emptied"),
        ]
        indexes = [
            models.Index(fields=["case", "at", "id"], name="evidence_of_case"),
            models.Index(fields=["message"], condition=~Q(message=""), name="evidence_by_message"),
            models.Index(fields=["at"], condition=Q(emptied_at=None), name="evidence_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.event_id}"


class Report(models.Model):
    """A member points at a message; each member once a message."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(Membership, models.CASCADE, related_name="moderation_reports", db_index=False)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("report")
        constraints = [models.UniqueConstraint(fields=["reporter", "event_id"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.event_id}"
