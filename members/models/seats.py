"""What keeps somebody's seat: leave (请假), and being one of us."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.identity import Person
from members.models.membership import Membership


class Leave(models.Model):
    """A member is on leave until a moment; said by staff, or by the member on the page of the link. Ended, never deleted."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="leaves", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # None: the member
    ended_at = models.DateTimeField(null=True)  # taken back, or replaced by another

    class Meta:
        verbose_name = _("leave")
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(ended_at=None), name="leave_one_open"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="leave_times_ordered"),
        ]
        indexes = [models.Index(fields=["membership", "-since"], name="leave_of_member")]

    def __str__(self) -> str:
        return f"{self.membership} → {self.until:%Y-%m-%d}"


class Colleague(models.Model):
    """This person in the chat is this user of GroupOps. A user may have an account on each platform."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="colleague")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="persons")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("colleague")

    def __str__(self) -> str:
        return f"{self.person} = {self.user}"
