"""The form of the duty roster (值守表)."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import WINDOWS

LABELS = {"morning": _("Morning"), "noon": _("Noon"), "evening": _("Evening")}


def _windows() -> list[tuple[str, str]]:
    return [(name, f"{LABELS[name]} {start:02}:00–{end:02}:00") for name, (start, end) in WINDOWS.items()]


class RosterForm(forms.Form):
    """Somebody of the staff is on duty in some of the three windows, or from one hour to another."""

    user = forms.ModelChoiceField(label=_("Staff member"), queryset=User.objects.none())
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), coerce=int, choices=list(WEEKDAYS_ABBR.items()), widget=forms.CheckboxSelectMultiple, initial=list(range(5))
    )
    windows = forms.MultipleChoiceField(label=_("Windows"), choices=_windows, widget=forms.CheckboxSelectMultiple, required=False)
    start = forms.IntegerField(label=_("Other hours, from"), min_value=0, max_value=23, required=False)
    end = forms.IntegerField(label=_("until"), min_value=1, max_value=24, required=False)

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_active=True, posts__group=group, posts__until=None).distinct()
        self.fields["user"].queryset = staff.order_by("name", "username")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Some hours, and both ends of those that are no window."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if (start is None) != (end is None):
            self.add_error("end" if end is None else "start", _("Other hours have a beginning and an end."))
        elif start is not None and end is not None and start >= end:
            self.add_error("end", _("The end lies after the beginning."))
        elif start is None and not cleaned.get("windows") and not self.errors:
            self.add_error("windows", _("Choose a window, or other hours."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        other = [] if data["start"] is None else [(data["start"], data["end"])]
        hours = [WINDOWS[name] for name in data["windows"]] + other
        return {"user": data["user"], "weekdays": sum(1 << day for day in set(data["weekdays"])), "hours": hours}
