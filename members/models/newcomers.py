"""Who greeted whom."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.membership import Membership


class Greeting(models.Model):
    """Somebody of the staff greeted a newcomer: once a member, so that nobody is welcomed twice."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="greeting")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("greeting of a newcomer")

    def __str__(self) -> str:
        return str(self.membership)
