"""Forms of themes and duties."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from content.forms.base import WEEKDAYS, Weekdays, time_input
from content.models import Duty, Theme
from content.policy import mask_of, weekdays_of


class ScopedForm(forms.Form):
    """What themes and duties have in common."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=Weekdays(attrs={"aria-label": _("Weekdays")})
    )
    enabled = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return self.cleaned_data | {"weekdays": mask_of(self.cleaned_data["weekdays"])}


class ThemeForm(ScopedForm):
    """A theme of the week."""

    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("{{theme}} in a text stands for it."))
    activities = forms.CharField(
        label=_("Activities"), required=False, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("One a line.")
    )
    field_order = ("title", "weekdays", "activities", "enabled")

    def values(self) -> dict[str, Any]:
        """As ScopedForm, the activities as a list."""
        return super().values() | {"activities": self.cleaned_data["activities"].splitlines()}


class DutyForm(ScopedForm):
    """A duty of the staff."""

    text = forms.CharField(label=_("What is to be done"), max_length=120)
    start = forms.TimeField(label=_("From"), widget=time_input(), initial=time(9))
    end = forms.TimeField(label=_("Until"), widget=time_input(), initial=time(10))
    field_order = ("text", "start", "end", "weekdays", "enabled")


def theme_initial(theme: Theme) -> dict[str, Any]:
    """A theme as its form shows it."""
    return {
        "title": theme.title,
        "weekdays": weekdays_of(theme.weekdays),
        "activities": "\n".join(theme.activities),
        "enabled": theme.enabled,
    }


def duty_initial(duty: Duty) -> dict[str, Any]:
    """A duty as its form shows it."""
    return {name: getattr(duty, name) for name in ("text", "start", "end", "enabled")} | {"weekdays": weekdays_of(duty.weekdays)}
