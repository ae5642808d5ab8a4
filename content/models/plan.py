"""The plan that the groups of a kind follow until they edit it (seed: 内容发布时间表)."""

from django.conf import settings
from django.db import models

from content.models.timing import Timing, timing_constraints
from groupops.groups.models import Group, Kind


class PlanLine(Timing):
    """One line of a kind's plan. Its groups have a schedule each that follows it, and copies it on the group's first edit."""

    kind_of_group = models.ForeignKey(Kind, models.PROTECT, related_name="plan_lines", db_index=False)
    key = models.SlugField(max_length=40, db_index=False)  # names it for ever: "workday-0900"
    retired = models.BooleanField(default=False)  # taken out of the plan; never deleted, because slots come from it
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            *timing_constraints("plan_line"),
            models.UniqueConstraint(fields=["kind_of_group", "key"], name="plan_line_once"),
        ]


class GroupPlan(models.Model):
    """Whether a group takes over the lines of its kind's plan. No row: it does."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="plan", primary_key=True)
    follows = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"plan of {self.group_id}"
