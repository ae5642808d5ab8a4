"""What staff do for one member, and by when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group
from members.caring import CareState, care_sorts
from members.models.membership import Membership


class CareTask(models.Model):
    """Something to do for a member (seed: 人工跟进, 新成员融入策略, 管理 of each tier). Once for a member, sort and occasion."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="care", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="care", db_index=False)
    sort = models.CharField(_("sort"), max_length=30, choices=care_sorts)
    occasion = models.CharField(max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=8, choices=CareState.choices, default=CareState.OPEN)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # None: a rule
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("care task")
        constraints = [
            models.UniqueConstraint(fields=["membership", "sort", "occasion"], name="care_once"),
            models.CheckConstraint(condition=Q(state__in=CareState.values), name="care_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)), name="care_settled_when"
            ),
        ]
        indexes = [
            models.Index(fields=["group", "due_at", "id"], condition=Q(state="open"), name="care_open_of_group"),
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="care_open"),
            # Among the steps of many newcomers the few others are not looked for by their time.
            models.Index(fields=["sort", "due_at", "id"], condition=Q(state="open"), name="care_open_of_sort"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.sort}"
