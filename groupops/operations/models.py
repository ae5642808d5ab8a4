"""What staff are told outside the chat: one notice per alarm and recipient, a row before it is sent. Backups, and their proofs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.record.models import Alarm


class Notice(models.Model):
    """An alarm on its way to one recipient. Unique: the same alarm is never told twice to the same one."""

    class Way(models.TextChoices):
        """How it is told."""

        EMAIL = "email", _("E-mail")
        WEBHOOK = "webhook", _("Webhook")

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="notices")
    way = models.CharField(max_length=10, choices=Way.choices)
    recipient = models.CharField(max_length=254)  # an e-mail address; the webhook is a setting and has none
    language = models.CharField(max_length=10, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "way", "recipient"], name="notice_once")]
        indexes = [models.Index(fields=["not_before"], condition=Q(told_at=None), name="notice_to_tell")]

    def __str__(self) -> str:
        return f"{self.alarm} → {self.recipient or self.way}"


class BackupProof(models.Model):
    """A backup that was written, and what a scratch restore of it found. Only a proven one counts."""

    path = models.CharField(_("file"), max_length=500)
    made_at = models.DateTimeField(_("made"))
    key = models.CharField(max_length=12)  # how the key is called that opens it
    rows = models.BigIntegerField(_("rows"))
    size = models.BigIntegerField(_("size"))  # bytes of the file
    seconds = models.FloatField()
    proven_at = models.DateTimeField(_("proven"), null=True)
    restore_seconds = models.FloatField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")  # why it was not proven

    class Meta:
        verbose_name = _("backup")
        constraints = [
            models.UniqueConstraint(fields=["path", "made_at"], name="backup_once"),
            models.CheckConstraint(
                condition=Q(proven_at=None) | Q(restore_seconds__isnull=False, error=""), name="backup_proven_without_error"
            ),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="backup_newest")]

    def __str__(self) -> str:
        return self.path
