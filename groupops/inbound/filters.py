"""Filters of events: one declaration for the messages tab and the API."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.choices import GroupChoice
from groupops.groups.models import Group
from groupops.inbound import queries
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.shared.intake import LARGEST_ID

KIND_LABELS = {
    EventKind.MESSAGE: _("Message"),
    EventKind.MESSAGE_DELETED: _("Message recalled"),
    EventKind.JOINED: _("Joined"),
    EventKind.LEFT: _("Left"),
    EventKind.PRESENT: _("Found in the list of members"),
    EventKind.MUTED: _("Muted"),
    EventKind.RENAMED: _("Group renamed"),
    EventKind.ANNOUNCED: _("Announcement changed"),
    EventKind.DISSOLVED: _("Group dissolved"),
    EventKind.JOIN_REQUESTED: _("Asks to join"),
    EventKind.BOT_REMOVED: _("Our account was removed"),
    EventKind.ACCOUNT: _("Account"),
}
KINDS = [(kind.value, label) for kind, label in KIND_LABELS.items()]
LONGEST_SEARCH = 80


class EventFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?q= &kind= &state= &person= &day= within one group's events; `day` is a day of the group's own calendar."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Text or name")}),
    )
    kind = django_filters.ChoiceFilter(label=_("Kind of event"), choices=KINDS, empty_label=_("All kinds of events"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=EventState.choices, empty_label=_("All states"))
    day = django_filters.DateFilter(label=_("Day"), method="on_day", widget=forms.DateInput(attrs={"type": "date"}))
    person = django_filters.NumberFilter(
        label=_("Person"), field_name="person_id", min_value=1, max_value=LARGEST_ID, decimal_places=0, widget=forms.HiddenInput
    )

    class Meta:
        model = StoredEvent
        fields: list[str] = []

    def __init__(self, *args: Any, zone: str = "UTC", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def search(self, rows: QuerySet[StoredEvent], name: str, value: str) -> QuerySet[StoredEvent]:
        """By text or name."""
        return queries.saying(rows, value.strip())

    def on_day(self, rows: QuerySet[StoredEvent], name: str, value: date) -> QuerySet[StoredEvent]:
        """By local day."""
        return queries.on_day(rows, value, self.zone)


def _visible(request: Any) -> QuerySet[Group]:
    return access.visible_to(request.user) if request else Group.objects.none()


class ApiEventFilter(EventFilter):
    """The same over all visible groups; `day` counts in UTC."""

    group = GroupChoice(label=_("Group"), queryset=_visible)
