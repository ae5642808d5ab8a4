"""The daily rollup of what a member did."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.membership import Membership


class DailyActivity(models.Model):
    """What a member did in a group on one local day of the group."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="activity", db_index=False)
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    replies = models.PositiveIntegerField(default=0)  # received: others replied to, addressed or answered them
    contributions = models.PositiveIntegerField(default=0)  # written by points

    class Meta:
        verbose_name = _("daily activity")
        constraints = [models.UniqueConstraint(fields=["membership", "day"], name="activity_day_once")]

    def __str__(self) -> str:
        return f"{self.membership} {self.day}"
