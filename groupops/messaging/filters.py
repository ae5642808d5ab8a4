"""Filters of deliveries: one declaration for the send desk and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.models import Group
from groupops.messaging.models import Connection, Delivery
from groupops.messaging.policy import DeliveryState

OPEN = "open"  # everything on its way, as one view
ON_ITS_WAY = (DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.RETRY)


def _visible(request: Any) -> QuerySet[Group]:
    return access.visible_to(request.user).order_by("name") if request else Group.objects.none()


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &group= &connection="""

    state = django_filters.ChoiceFilter(
        label=_("State"), method="in_state", choices=[(OPEN, _("To send")), *DeliveryState.choices], widget=forms.HiddenInput
    )
    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    connection = django_filters.ModelChoiceFilter(
        label=_("Channel"), queryset=Connection.objects.order_by("name"), empty_label=_("All channels")
    )

    class Meta:
        model = Delivery
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Delivery], name: str, value: str) -> QuerySet[Delivery]:
        """One state, or everything on its way."""
        return rows.filter(state__in=ON_ITS_WAY) if value == OPEN else rows.filter(state=value)
