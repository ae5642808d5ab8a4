"""黑名单: who is kept out of one group, of a kind of groups, or of all, until when and why."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group, Kind
from groupops.groups.policy import Scope
from members.models import Person
from moderation.models.cases import Case

USER = settings.AUTH_USER_MODEL
LONGEST_REASON = 200
IN_FORCE = Q(lifted_at=None)
WAITS = Q(lifted_at=None, needs_second=True, second_at=None)  # for a second reviewer: until then it keeps nobody out


class Barred(models.Model):
    """Somebody is kept out. It ends at its time or by a person's word, and stays as history; one at a time for a person and a place."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="barred", db_index=False)
    scope = models.CharField(_("scope"), max_length=5, choices=Scope.choices)
    kind = models.ForeignKey(Kind, models.PROTECT, null=True, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="barred", db_index=False)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="barred", db_index=False)  # whose step it was
    at = models.DateTimeField(_("since"))
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # None: the machine
    until = models.DateTimeField(_("until"), null=True)  # None: for good
    needs_second = models.BooleanField(default=False)  # of somebody with a post
    second_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    second_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # None: its time was over

    class Meta:
        verbose_name = _("blacklist entry")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="site", kind=None, group=None)
                | Q(scope="kind", kind__isnull=False, group=None)
                | Q(scope="group", kind=None, group__isnull=False),
                name="barred_scope_fits",
            ),
            models.UniqueConstraint(fields=["person"], condition=IN_FORCE & Q(scope="site"), name="barred_once_everywhere"),
            models.UniqueConstraint(fields=["person", "kind"], condition=IN_FORCE & Q(scope="kind"), name="barred_once_a_kind"),
            models.UniqueConstraint(fields=["person", "group"], condition=IN_FORCE & Q(scope="group"), name="barred_once_a_group"),
            models.CheckConstraint(condition=~Q(reason=""), name="barred_says_why"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("at")), name="barred_ends_later"),
            models.CheckConstraint(condition=Q(lifted_by=None) | Q(lifted_at__isnull=False), name="barred_lifted_when"),
            models.CheckConstraint(
                condition=Q(second_by=None, second_at=None) | Q(needs_second=True, second_by__isnull=False, second_at__isnull=False),
                name="barred_second_whole",
            ),
            models.CheckConstraint(condition=Q(second_by=None) | Q(by=None) | ~Q(second_by=F("by")), name="barred_second_is_another"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="barred_newest"),
            models.Index(fields=["person"], name="barred_of_person"),
            models.Index(fields=["until"], condition=IN_FORCE & Q(until__isnull=False), name="barred_ending"),
            models.Index(fields=["at", "id"], condition=WAITS, name="barred_for_a_second"),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_scope_display()})"

    @property
    def waits(self) -> bool:
        """Whether a second reviewer has still to confirm it."""
        return self.needs_second and self.second_at is None and self.lifted_at is None
