"""Rules of detection, word lists, and what each rule caught on each day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group, Kind
from groupops.groups.policy import Scope
from moderation.policy import Offence, RuleState, Severity

USER = settings.AUTH_USER_MODEL


class WordList(models.Model):
    """Sensitive words under one heading, one a line; several rules may use it."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    category = models.CharField(_("category"), max_length=60, blank=True, default="")
    words = models.TextField(_("words"), blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("word list")

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> list[str]:
        """The words, without what stands behind a tab: their category."""
        return [line.partition("\t")[0] for line in self.words.splitlines()]


class Rule(models.Model):
    """What is looked for in messages, where, when, and how far it goes. Its number is the primary key; each change is a version."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices, default=Scope.SITE)
    kind = models.ForeignKey(Kind, models.PROTECT, null=True, related_name="moderation_rules", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="moderation_rules", db_index=False)
    sort = models.CharField(_("looks for"), max_length=30)  # detection.RuleKind
    offence = models.CharField(_("offence"), max_length=12, choices=Offence.choices)
    severity = models.CharField(_("severity"), max_length=6, choices=Severity.choices, default=Severity.NORMAL)
    state = models.CharField(_("state"), max_length=9, choices=RuleState.choices, default=RuleState.DRAFT)
    certain = models.BooleanField(_("acts by itself"), default=False)  # otherwise everything goes to the queue
    removes_alone = models.BooleanField(_("removes without a person"), default=False)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    from_hour = models.PositiveSmallIntegerField(_("from hour"), default=0)  # on the group's clock; equal to until_hour: all day
    until_hour = models.PositiveSmallIntegerField(_("until hour"), default=0)
    exempt_labels = models.CharField(_("does not look at messages with"), max_length=200, blank=True, default="")  # comma-separated
    explanation = models.CharField(_("explanation"), max_length=300, blank=True, default="")  # shown to the member
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    lists = models.ManyToManyField(WordList, related_name="rules", blank=True, verbose_name=_("word lists"))
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("moderation rule")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RuleState.values), name="rule_state_known"),
            models.CheckConstraint(condition=Q(offence__in=Offence.values), name="rule_offence_known"),
            models.CheckConstraint(
                condition=Q(scope="site", kind=None, group=None)
                | Q(scope="kind", kind__isnull=False, group=None)
                | Q(scope="group", kind=None, group__isnull=False),
                name="rule_scope_fits",
            ),
            models.CheckConstraint(condition=Q(removes_alone=False) | Q(certain=True), name="rule_removes_only_if_certain"),
            models.CheckConstraint(condition=Q(from_hour__lte=23, until_hour__lte=24), name="rule_hours_of_the_day"),
            models.CheckConstraint(condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")), name="rule_ends_later"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state__in=["live", "rehearsal"]), name="rule_in_use")]

    def __str__(self) -> str:
        return self.name


class RuleDay(models.Model):
    """How many messages of a group a rule caught on a local day; in rehearsal that is all it does."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="days", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    hits = models.PositiveIntegerField(default=0)
    rehearsed = models.PositiveIntegerField(default=0)  # of them: while it only counted

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "group", "day"], name="rule_day_once"),
            models.CheckConstraint(condition=Q(rehearsed__lte=F("hits")), name="rule_day_rehearsed_are_hits"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.day}: {self.hits}"
