"""Who took a thing of 今日待办 on, and until when it sleeps. The things themselves live in their apps."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.dashboard.policy import KEY_LENGTH


class TaskMark(models.Model):
    """What people noted on one thing to do, by its key (groupops.shared.today.TodayItem). One for all who see it."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("assigned to"))
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("task")
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="task_mark_has_key")]
        indexes = [models.Index(fields=["at"], name="task_mark_age")]

    def __str__(self) -> str:
        return self.key
