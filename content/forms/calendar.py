"""What the calendar is asked for by its address, and the form that moves one entry by hand."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from content.calendar import LONGEST, View, Window
from content.forms.base import FIRST, LAST, day_field, time_input
from content.policy import PostKind, PostState, SlotState
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.choices import GroupField
from groupops.groups.models import Group, Kind
from groupops.shared.errors import Invalid
from groupops.shared.wall import wall_moment

FEW = 60  # groups whose titles are told apart; of more one sees what kind of thing is said, and the titles in its list
# In the order of a post's life; a slot's "missed" is the post's.
STATES = [
    (SlotState.PLANNED.value, SlotState.PLANNED.label),
    *((state.value, state.label) for state in PostState),
    (SlotState.SKIPPED.value, SlotState.SKIPPED.label),
]


class PlaceForm(forms.Form):
    """Which view, on which date. No part of the filters: those stay on the page while one turns to other days."""

    view = forms.ChoiceField(choices=[(view.value, view.value) for view in View], required=False)
    date = day_field("", required=False)


class CalendarFilter(forms.Form):
    """Which groups, kinds and states."""

    group = GroupField(label=_("Group"), queryset=Group.objects.none(), required=False, empty_label=_("All groups"))
    kind = forms.ModelChoiceField(
        label=_("Kind of group"), queryset=Kind.objects.none(), required=False, empty_label=_("All kinds of groups")
    )
    post = forms.ChoiceField(label=_("Kind of post"), choices=[("", _("All kinds")), *PostKind.choices], required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All states")), *STATES], required=False)

    def __init__(self, *args: Any, groups: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["group"].queryset = groups.order_by("name")
        chosen["kind"].queryset = Kind.objects.order_by("position", "name")

    @property
    def kept(self) -> dict[str, str]:
        """What is filtered by, as an address says it."""
        values = self.cleaned_data
        found = {"group": values["group"], "kind": values["kind"], "post": values["post"], "state": values["state"]}
        return {name: str(getattr(value, "pk", value)) for name, value in found.items() if value}

    def window(self, user: User, first: dt.date, last: dt.date, zone: str) -> Window:
        """The days for the groups that the filters leave of those a user may see; a sandbox only where it is asked for by name."""
        values = self.cleaned_data
        groups = access.visible_to(user, sandboxes=bool(values["group"]))
        if values["group"]:
            groups = groups.filter(pk=values["group"].pk)
        if values["kind"]:
            groups = groups.filter(kind=values["kind"])
        return Window(groups, first, last, zone, values["post"], values["state"], coarse=groups.count() > FEW)


class SpanForm(forms.Form):
    """The days that the API is asked for."""

    since = day_field(_("From"))
    until = day_field(_("Until"))

    def clean(self) -> dict[str, Any]:
        """At most LONGEST days, and not backwards."""
        values = super().clean() or {}
        if "since" in values and "until" in values:
            days = (values["until"] - values["since"]).days + 1
            if not 1 <= days <= LONGEST:
                self.add_error("until", _("Ask for 1 to %(most)d days.") % {"most": LONGEST})
        return values


class WantedForm(forms.Form):
    """The empty moment of the calendar that was clicked."""

    day = day_field(_("Day"), required=False)
    at_time = forms.TimeField(required=False)


class MoveForm(forms.Form):
    """Another moment: `to` by a drag, with its offset; day and time by hand, on the wall clock of the reader. `was` is the one they saw."""

    to = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    day = day_field(_("Day"), required=False)
    at_time = forms.TimeField(label=_("Time"), widget=time_input(), required=False)
    was = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    keep = forms.BooleanField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """One of the two ways."""
        values = super().clean() or {}
        if not self.errors and not values.get("to") and not (values.get("day") and values.get("at_time")):
            self.add_error("at_time", _("Give day and time."))
        return values

    def moment(self, zone: str) -> dt.datetime:
        """Where it goes. Raises Invalid where the arithmetic of dates ends."""
        values = self.cleaned_data
        found: dt.datetime = values["to"] or wall_moment(values["day"], values["at_time"], zone)
        if not FIRST <= found.date() <= LAST:
            raise Invalid(_("A day so far away is a typing error."), field="day")
        return found
