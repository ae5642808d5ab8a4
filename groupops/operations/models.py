"""What staff are told outside the chat: one notice per alarm and recipient, a row before it is sent."""

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
