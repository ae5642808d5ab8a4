"""An export of everything about one person, and an erasure, from the asking to its end."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.leaving import ErasureState, ExportState
from members.models.identity import Person

USER = settings.AUTH_USER_MODEL


class PersonExport(models.Model):
    """Everything about a person in one file, for whoever asked, for a day. In the database: workers share no folder."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="exports", db_index=False)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("asked"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=7, choices=ExportState.choices, default=ExportState.WAITING)
    content = models.BinaryField(null=True)
    made_at = models.DateTimeField(null=True)
    until = models.DateTimeField(_("kept until"), null=True)

    class Meta:
        verbose_name = _("export of a person")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="person_export_state_known"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(content__isnull=False, until__isnull=False, made_at__isnull=False),
                name="person_export_ready",
            ),
            models.CheckConstraint(condition=Q(state="ready") | Q(content=None), name="person_export_content_goes"),
            models.UniqueConstraint(fields=["person", "by"], condition=Q(state="waiting"), name="person_export_once"),
        ]
        indexes = [
            models.Index(fields=["by", "-at", "-id"], name="person_export_of_user"),
            models.Index(fields=["until"], condition=Q(state="ready"), name="person_export_to_delete"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Erasure(models.Model):
    """Somebody is to be erased: waits until it can no longer be taken back, then it is done, once and for all."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="erasures", db_index=False)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("erased at"))
    state = models.CharField(_("state"), max_length=10, choices=ErasureState.choices, default=ErasureState.WAITING)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)  # who took it back
    counts = models.JSONField(default=dict)  # rows by table, of what was found

    class Meta:
        verbose_name = _("erasure of a person")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ErasureState.values), name="erasure_state_known"),
            models.CheckConstraint(condition=Q(due_at__gt=F("at")), name="erasure_waits"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at=None) | (~Q(state="waiting") & Q(settled_at__isnull=False)),
                name="erasure_settled_when",
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(state="waiting"), name="erasure_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="erasure_due"),
            models.Index(fields=["-at", "-id"], name="erasure_newest"),
        ]

    def __str__(self) -> str:
        return str(self.person)
