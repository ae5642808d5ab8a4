"""The sandbox: a group in which nobody is real, with a clock of its own."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from groupops.messaging.models import Connection


class Sandbox(models.Model):
    """A group to try things on, its own channel, and its clock. A reset gives it a fresh group; the old one stays, archived."""

    name = models.CharField(_("name"), max_length=40)
    group = models.OneToOneField(Group, models.PROTECT, related_name="sandbox_of")
    connection = models.OneToOneField(Connection, models.PROTECT, related_name="sandbox")
    # The clock stands here until the real time comes by: the regular ticks, which go by the real time, never find anything early.
    clock = models.DateTimeField()
    opened_at = models.DateTimeField()  # since when the present group is in use
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("sandbox")

    def __str__(self) -> str:
        return self.name

    def now(self, real: datetime) -> datetime:
        """What its clock shows when it is really `real`."""
        return max(self.clock, real)
