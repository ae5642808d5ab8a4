"""Saved views of the queue: filters under a name, each person's own."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 30


class QueueView(models.Model):
    """`query` holds the queue's filters as its address says them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="queue_views", db_index=False)
    name = models.CharField(_("name of the view"), max_length=NAME_LENGTH)
    query: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("view of the queue")
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="queue_view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="queue_view_named"),
        ]

    def __str__(self) -> str:
        return self.name
