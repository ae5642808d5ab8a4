"""Forms and filters of the content pages; the services decide, forms only read."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from content.models import BODY_LENGTH, Post, Schedule
from content.policy import DAYS, CatchUp, PostKind, PostState, mask_of, wall_moment, weekdays_of
from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared.errors import Refused

WEEKDAYS = list(enumerate(DAYS, start=1))
ON_OFF = [("true", _("Switched on")), ("false", _("Switched off"))]
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)  # further away the arithmetic of dates ends


class Weekdays(forms.widgets.ChoiceWidget):
    """Seven ticks in a row. Not a CheckboxSelectMultiple: crispy would stack them."""

    allow_multiple_selected = True
    input_type = "checkbox"
    template_name = "content/weekdays.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All ticked values."""
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """No single control to point at; the group is named by aria-label."""
        return "" if index is None else super().id_for_label(id_, index)


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)], **options)


def _time() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def _body() -> forms.CharField:
    return forms.CharField(
        label=_("Text"),
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("{{group}}, {{date}} and {{weekday}} are filled in when it leaves."),
    )


class ScheduleForm(forms.Form):
    """A schedule. `choices` are the groups to choose from; None where the schedule has its group already."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none())
    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("For the team; it is not sent."))
    kind = forms.ChoiceField(label=_("Kind of post"), choices=PostKind.choices)
    body = _body()
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=Weekdays(attrs={"aria-label": _("Weekdays")})
    )
    at_time = forms.TimeField(label=_("Time"), widget=_time(), help_text=_("On the wall clock of the group's time zone."))
    start = _day(_("First day"))
    end = _day(_("Last day"), required=False, help_text=_("Empty: without end."))
    catch_up = forms.ChoiceField(
        label=_("If it is late"),
        choices=CatchUp.choices,
        help_text=_(
            "When nothing ran at its time: a greeting still leaves within 10 minutes, an announcement within 2 hours, others within 1 hour."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, choices: QuerySet[Group] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choices is None:
            del self.fields["group"]
        else:
            group: Any = self.fields["group"]
            group.queryset = choices.order_by("name")

    def values(self) -> dict[str, Any]:
        """What create_schedule and update_schedule take, without group and version."""
        names = ("title", "kind", "body", "at_time", "start", "end", "catch_up")
        return {name: self.cleaned_data[name] for name in names} | {"weekdays": mask_of(self.cleaned_data["weekdays"])}


def initial_of(schedule: Schedule) -> dict[str, Any]:
    """A schedule as the form shows it."""
    names = ("title", "kind", "body", "start", "end", "catch_up", "version")
    return {name: getattr(schedule, name) for name in names} | {"weekdays": weekdays_of(schedule.weekdays), "at_time": schedule.at}


class PostForm(forms.Form):
    """A post of its own: now, or once at a given time."""

    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("For the team; it is not sent."))
    kind = forms.ChoiceField(label=_("Kind of post"), choices=PostKind.choices)
    body = _body()
    day = _day(_("Day"), required=False)
    at_time = forms.TimeField(
        label=_("Time"),
        widget=_time(),
        required=False,
        help_text=_("On the wall clock of the group's time zone. Leave day and time empty to send now."),
    )

    def clean(self) -> dict[str, Any]:
        """A day wants a time and a time a day."""
        values = super().clean() or {}
        if not self.errors and (values["day"] is None) != (values["at_time"] is None):
            self.add_error("at_time" if values["day"] else "day", _("Give day and time, or leave both empty."))
        return values

    def moment(self, zone: str) -> datetime | None:
        """When it is to leave; None is now."""
        day, at = self.cleaned_data["day"], self.cleaned_data["at_time"]
        return wall_moment(day, at, zone) if day else None


def attempt(form: forms.Form, work: Callable[[], Any]) -> Any:
    """The result of `work` for a valid form, else None: a refusal becomes an error of the field it names."""
    if not form.is_valid():
        return None
    try:
        return work()
    except Refused as refusal:
        field = {"at": "at_time", "due_at": "at_time"}.get(refusal.field or "", refusal.field)
        form.add_error(field if field in form.fields else None, str(refusal.message))
        return None


def _visible(request: HttpRequest | None) -> QuerySet[Group]:
    return access.visible_to(request.user).order_by("name") if request else Group.objects.none()  # type: ignore[arg-type]


class ScheduleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the schedules: page and API."""

    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    kind = django_filters.ChoiceFilter(label=_("Kind of post"), choices=PostKind.choices, empty_label=_("All kinds"))
    enabled = django_filters.ChoiceFilter(label=_("Switched on"), choices=ON_OFF, empty_label=_("On and off"), method="switched")

    class Meta:
        model = Schedule
        fields = ("group", "kind", "enabled")

    def switched(self, rows: QuerySet[Schedule], name: str, value: str) -> QuerySet[Schedule]:
        """Those that are on, or off."""
        return rows.filter(enabled=value == "true")


class PostFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the posts: page and API."""

    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=_visible)
    state = django_filters.ChoiceFilter(label=_("State"), choices=PostState.choices, empty_label=_("All states"))
    kind = django_filters.ChoiceFilter(label=_("Kind of post"), choices=PostKind.choices, empty_label=_("All kinds"))

    class Meta:
        model = Post
        fields = ("group", "state", "kind")
