"""Forms and filters of the schedules; the services decide, forms only read."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from content.forms.base import WEEKDAYS, Weekdays, body_field, day_field, time_input, visible_groups
from content.models import PlanLine, Schedule
from content.policy import CatchUp, Holidays, PostKind, mask_of, weekdays_of
from groupops.groups.choices import GroupChoice, GroupField
from groupops.groups.models import Group

ON_OFF = [("true", _("Switched on")), ("false", _("Switched off"))]


class SaidForm(forms.Form):
    """What a schedule and a line of a plan have in common: what is said, and when by the wall clock."""

    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("For the team; it is not sent."))
    kind = forms.ChoiceField(label=_("Kind of post"), choices=PostKind.choices)
    body = body_field()
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=Weekdays(attrs={"aria-label": _("Weekdays")})
    )
    at_time = forms.TimeField(label=_("Time"), widget=time_input(), help_text=_("On the wall clock of the group's time zone."))
    holidays = forms.ChoiceField(
        label=_("On public holidays"),
        choices=Holidays.choices,
        initial=Holidays.USUAL,
        help_text=_(
            "By the official calendar of China, with its make-up workdays. {{festival}} and {{blessing}} are known on festivals only."
        ),
    )
    catch_up = forms.ChoiceField(
        label=_("If it is late"),
        choices=CatchUp.choices,
        help_text=_(
            "When nothing ran at its time: a greeting still leaves within 10 minutes, an announcement within 2 hours, others within 1 hour."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        """What the services take, without group and version."""
        return {name: self.cleaned_data[name] for name in SAID} | {"weekdays": mask_of(self.cleaned_data["weekdays"])}


SAID = ("title", "kind", "body", "at_time", "holidays", "catch_up")


class ScheduleForm(SaidForm):
    """A schedule. `choices` are the groups to choose from; None where the schedule has its group already."""

    group = GroupField(label=_("Group"), queryset=Group.objects.none())
    start = day_field(_("First day"))
    end = day_field(_("Last day"), required=False, help_text=_("Empty: without end."))

    field_order = ("group", "title", "kind", "body", "weekdays", "at_time", "start", "end", "holidays", "catch_up")

    def __init__(self, *args: Any, choices: QuerySet[Group] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choices is None:
            del self.fields["group"]
        else:
            group: Any = self.fields["group"]
            group.queryset = choices.order_by("name")

    def values(self) -> dict[str, Any]:
        """What create_schedule and update_schedule take, without group and version."""
        return super().values() | {name: self.cleaned_data[name] for name in ("start", "end")}


class LineForm(SaidForm):
    """A line of a kind's plan."""

    enabled = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    field_order = ("title", "kind", "body", "weekdays", "at_time", "holidays", "catch_up", "enabled")


def initial_of(said: Schedule | PlanLine) -> dict[str, Any]:
    """A schedule or a line as its form shows it."""
    names = ("title", "kind", "body", "start", "end", "holidays", "catch_up", "enabled", "version")
    return {name: getattr(said, name, None) for name in names} | {"weekdays": weekdays_of(said.weekdays), "at_time": said.at}


class ScheduleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the schedules: page and API."""

    group = GroupChoice(label=_("Group"), queryset=visible_groups, empty_label=_("All groups"))
    kind = django_filters.ChoiceFilter(label=_("Kind of post"), choices=PostKind.choices, empty_label=_("All kinds"))
    enabled = django_filters.ChoiceFilter(label=_("Switched on"), choices=ON_OFF, empty_label=_("On and off"), method="switched")

    class Meta:
        model = Schedule
        fields = ("group", "kind", "enabled")

    def switched(self, rows: QuerySet[Schedule], name: str, value: str) -> QuerySet[Schedule]:
        """Those that are on, or off."""
        return rows.filter(enabled=value == "true")
