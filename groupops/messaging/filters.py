"""Filters of deliveries: one declaration for the send desk and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.choices import GroupChoice
from groupops.groups.models import Group
from groupops.messaging.adapter import ACTS, Operation
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.messaging.queries import ON_ITS_WAY, TROUBLE, channels

ALL = "all"
OPEN = "open"  # everything on its way, as one view
INBOX = "inbox"  # the failure inbox: unknown, failed, missed
VIEWS = {OPEN: ON_ITS_WAY, INBOX: TROUBLE}
MINE, FREE = "mine", "free"


def _visible(request: Any) -> QuerySet[Group]:
    return access.visible_to(request.user).order_by("name") if request else Group.objects.none()


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &group= &connection= &operation= &hands="""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="in_state",
        choices=[(ALL, _("All")), (OPEN, _("To send")), (INBOX, _("Failure inbox")), *DeliveryState.choices],
        widget=forms.HiddenInput,
    )
    group = GroupChoice(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    connection = django_filters.ModelChoiceFilter(label=_("Channel"), queryset=channels().order_by("name"), empty_label=_("All channels"))
    operation = django_filters.ChoiceFilter(
        label=_("Kind"), choices=[(act.value, act.label) for act in Operation if act in ACTS], empty_label=_("Every kind")
    )
    hands = django_filters.ChoiceFilter(
        label=_("Taken by"),
        method="in_hands",
        choices=[(MINE, _("Taken by me")), (FREE, _("Taken by nobody"))],
        empty_label=_("Taken or not"),
    )

    class Meta:
        model = Delivery
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Delivery], name: str, value: str) -> QuerySet[Delivery]:
        """One state, or several as one view."""
        if value == ALL:
            return rows
        return rows.filter(state__in=VIEWS[value]) if value in VIEWS else rows.filter(state=value)

    def in_hands(self, rows: QuerySet[Delivery], name: str, value: str) -> QuerySet[Delivery]:
        """Taken on by the reader, or by nobody."""
        return rows.filter(taken_by=self.request.user) if value == MINE else rows.filter(taken_by=None)
