"""Calendars that other programs subscribe to."""

from django.conf import settings
from django.db import models


class FeedKey(models.Model):
    """A user's key to their calendar links. A new key makes the old links worthless; no row: there are none."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feed_key", primary_key=True)
    key = models.CharField(max_length=40)
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"feed of {self.user_id}"
