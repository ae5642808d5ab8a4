"""Who has read which version of a group's rules."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import RuleSet
from members.arriving import Acknowledged
from members.models.membership import Membership


class RulesAcknowledgement(models.Model):
    """A member says that they have read the rules of a version: once a version."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="acknowledgements", db_index=False)
    rules = models.ForeignKey(RuleSet, models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField()
    how = models.CharField(max_length=4, choices=Acknowledged.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # a colleague who noted it

    class Meta:
        verbose_name = _("acknowledgement of the rules")
        constraints = [
            models.UniqueConstraint(fields=["membership", "rules"], name="acknowledged_once"),
            models.CheckConstraint(condition=Q(how__in=Acknowledged.values), name="acknowledged_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.rules}"
