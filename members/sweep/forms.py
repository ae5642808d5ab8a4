"""Forms of the sweep: leave, and which user a person is."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Group
from members.sweeping import LONGEST_LEAVE

DAY = timedelta(days=1)


class LeaveForm(forms.Form):
    """Until when, the last day included, and why."""

    until = forms.DateField(label=_("On leave up to and including"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.last = today + DAY, today + LONGEST_LEAVE - DAY
        self.fields["until"].widget.attrs.update(min=self.first.isoformat(), max=self.last.isoformat())

    def clean_until(self) -> date:
        """From tomorrow to a year ahead."""
        until: date = self.cleaned_data["until"]
        if not self.first <= until <= self.last:
            raise forms.ValidationError(_("Choose a day from tomorrow to a year ahead."))
        return until


class ColleagueForm(forms.Form):
    """Which user of GroupOps this person is."""

    user = forms.ModelChoiceField(
        label=_("This is our colleague"),
        queryset=User.objects.filter(is_active=True).order_by("name", "pk"),
        required=False,
        empty_label=_("Nobody of us"),
    )


class StartForm(forms.Form):
    """Which group is looked at now."""

    group = forms.ModelChoiceField(label=_("Group"), queryset=Group.objects.none())

    def __init__(self, *args: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
