"""Which identity was found to be which human, by whom, and when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.identity import Person


class PersonMerge(models.Model):
    """Somebody said that `person` is the same human as `into`. Taken back, it stays as a line of history."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="merges", db_index=False)
    into = models.ForeignKey(Person, models.CASCADE, related_name="merged_here")
    # Where both were members: [{"row", "to", "spoke": [was, became]}], the membership that stands back, and the one that counts.
    joined = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("merged"))
    undone_at = models.DateTimeField(_("taken back"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge of persons")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(undone_at=None), name="merge_open_once"),
            models.CheckConstraint(condition=~Q(person=F("into")), name="merge_of_two"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False), name="merge_undone_by"
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="merge_of_person")]

    def __str__(self) -> str:
        return f"{self.person} → {self.into}"
