"""Lists of members and chat exports that were brought in, and what each line of a list meant."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.models.membership import Membership
from members.rostering import OPEN, ImportSort, ImportState, Reason, Verdict


class RosterImport(models.Model):
    """A file, or a pasted text, that was brought into a group. The same one twice is the same import."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="imports", db_index=False)
    sort = models.CharField(_("sort"), max_length=5, choices=ImportSort.choices)
    name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    header = models.JSONField(default=list)  # the heads of a list's columns
    mapping = models.JSONField(default=dict)  # rostering.Column -> place of the column
    complete = models.BooleanField(_("the list is complete: whoever is not in it has left"), default=False)
    content = models.BinaryField(null=True)  # of a chat export, deflated, until it is taken over: workers share no folder
    day = models.CharField(max_length=10, blank=True)  # of a chat export that writes only times
    state = models.CharField(_("state"), max_length=9, choices=ImportState.choices, default=ImportState.PREVIEWED)
    counts = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("brought in"))
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of members")
        constraints = [
            models.UniqueConstraint(fields=["group", "digest"], condition=Q(state__in=OPEN), name="import_file_once"),
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(condition=Q(sort__in=ImportSort.values), name="import_sort_known"),
        ]
        indexes = [
            models.Index(fields=["group", "-at", "-id"], name="import_of_group"),
            models.Index(fields=["-at", "-id"], name="import_newest"),
            models.Index(fields=["id"], condition=Q(state="applying"), name="import_applying"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One line of a list: its cells, what it means, and, once it is taken over, what was before."""

    roster_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()  # of the line in the file; members who are in no line come after the last
    cells = models.JSONField(default=list)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    name = models.CharField(max_length=200, blank=True)
    remote_id = models.CharField(max_length=255, blank=True)
    was_name = models.CharField(max_length=200, blank=True)
    candidates = models.JSONField(default=list)  # ids of persons who may be meant
    decision = models.CharField(max_length=20, blank=True)  # of a conflict: "new", or a candidate's id; empty leaves the line out
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+", db_index=False)
    undo = models.JSONField(null=True)  # what the taking over changed, as it was and as it became

    class Meta:
        verbose_name = _("line of an import")
        constraints = [
            models.UniqueConstraint(fields=["roster_import", "number"], name="import_line_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="import_verdict_known"),
        ]
        indexes = [models.Index(fields=["roster_import", "verdict", "number"], name="import_line_by_verdict")]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"
