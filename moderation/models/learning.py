"""Models that learned: every version of each group, with what was measured; the base of all has no group."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from moderation.models.rehearsals import RunState
from moderation.policy.learning import ModelState, NotReplaced

USER = settings.AUTH_USER_MODEL


class LearnedModel(models.Model):
    """One version. It holds weights of hashed pieces, no texts; refused and old ones have lost their weights."""

    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="learned_models", db_index=False)
    version = models.PositiveIntegerField()
    state = models.CharField(_("state"), max_length=7, choices=ModelState.choices)
    at = models.DateTimeField(_("learned"))
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # who went back to it; None: the machine
    verdicts = models.PositiveIntegerField()  # texts that people judged
    offences = models.PositiveIntegerField()  # of them
    ordinary = models.PositiveIntegerField(default=0)  # messages that nobody objected to, taken as harmless
    queue = models.FloatField()  # thresholds; one that no score reaches is 1.01
    automatic = models.FloatField()
    precision = models.FloatField()  # at the queue's threshold, on held-back clusters
    recall = models.FloatField()
    automatic_precision = models.FloatField(null=True)  # None: it does not act alone
    automatic_recall = models.FloatField(null=True)
    compared = models.PositiveIntegerField(default=0)  # new verdicts that neither this one nor the one before had seen
    wrong = models.PositiveIntegerField(default=0)
    wrong_before = models.PositiveIntegerField(null=True)  # of the one before
    why = models.CharField(max_length=5, choices=NotReplaced.choices, blank=True, default=NotReplaced.NONE)
    weights = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("learned model")
        constraints = [
            models.UniqueConstraint(fields=["group", "version"], condition=Q(group__isnull=False), name="learned_version_once"),
            models.UniqueConstraint(fields=["version"], condition=Q(group=None), name="learned_base_version_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(state="current", group__isnull=False), name="learned_one_current"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="current", group=None), name="learned_one_base"),
            models.CheckConstraint(condition=Q(state__in=ModelState.values), name="learned_state_known"),
            models.CheckConstraint(condition=~Q(state="current") | Q(weights__isnull=False), name="learned_current_has_weights"),
            models.CheckConstraint(condition=Q(state="refused") & ~Q(why="") | ~Q(state="refused") & Q(why=""), name="learned_refused_why"),
            models.CheckConstraint(
                condition=Q(precision__gte=0, precision__lte=1, recall__gte=0, recall__lte=1), name="learned_shares_are_shares"
            ),
        ]
        indexes = [models.Index(fields=["group", "-id"], name="learned_of_group")]

    def __str__(self) -> str:
        return f"{self.group_id or 'base'} {self.version}"

    @property
    def acts_alone(self) -> bool:
        """Whether a score can reach its automatic threshold. A base acts never: nobody measured it in the group where it is used."""
        return self.group_id is not None and self.automatic <= 1


class Learning(models.Model):
    """Somebody wants a group's model learned now: one at a time a group. What came of it is a version, in use or not."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=7, choices=RunState.choices, default=RunState.WAITING)
    lease_until = models.DateTimeField(null=True)  # of the worker that is at it
    model = models.OneToOneField(LearnedModel, models.PROTECT, null=True, related_name="+")  # None: none was learned
    why = models.CharField(max_length=200, blank=True, default="")  # a msgid: why none was

    class Meta:
        verbose_name = _("learning of a model")
        constraints = [
            models.UniqueConstraint(fields=["group"], condition=Q(state__in=["waiting", "running"]), name="learning_one_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="learning_state_known"),
            models.CheckConstraint(condition=~Q(state__in=["waiting", "running"]) | Q(model=None, why=""), name="learning_ends_once"),
        ]
        indexes = [models.Index(fields=["group", "-id"], name="learning_of_group")]

    def __str__(self) -> str:
        return f"{self.group_id}/{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (RunState.WAITING, RunState.RUNNING)
