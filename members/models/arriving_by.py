"""Who came by a rotating code: said by a person, or told by the platform; never guessed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.joining import JoinCode
from members.models.membership import Membership
from members.models.sources import Source


class CodeArrival(models.Model):
    """This member came by this code. Once a membership."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="code_arrival")
    code = models.ForeignKey(JoinCode, models.PROTECT, related_name="arrivals", db_index=False)
    source_before = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", db_index=False)  # for the undo
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)  # None: the platform

    class Meta:
        verbose_name = _("arrival by a code")
        indexes: ClassVar = [models.Index(fields=["code", "-at", "-id"], name="code_arrival_of_code")]

    def __str__(self) -> str:
        return str(self.membership)
