"""Filters of the lists of groups: one declaration for the page, its export and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.models import Group, Kind
from groupops.groups.policy import Level, Lifecycle

LOW_HEALTH = 60  # below, a group wants a look; ours
HEALTH: dict[str, tuple[str | Promise, Q]] = {
    "low": (_("Needs a look"), Q(health__lt=LOW_HEALTH)),
    "good": (_("Healthy"), Q(health__gte=LOW_HEALTH)),
    "unknown": (_("Not known yet"), Q(health=None)),
}
# What a list may be sorted by: (columns, the last one unique; descending).
SORTS: dict[str, tuple[tuple[str, ...], bool]] = {
    "name": (("name", "id"), False),
    "-name": (("name", "id"), True),
    "members": (("member_count", "id"), False),
    "-members": (("member_count", "id"), True),
    "health": (("health_order", "id"), False),
    "-health": (("health_order", "id"), True),
    "created": (("created_at", "id"), False),
    "-created": (("created_at", "id"), True),
}


class GroupFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?q= &kind= &lifecycle= &level= &health= &mine=on"""

    q = django_filters.CharFilter(
        label=_("Search"), method="search", widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, description, region")})
    )
    kind = django_filters.ModelChoiceFilter(label=_("Kind"), queryset=Kind.objects.all(), to_field_name="slug", empty_label=_("All kinds"))
    lifecycle = django_filters.ChoiceFilter(label=_("Lifecycle"), choices=Lifecycle.choices, empty_label=_("All but archived"))
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level.choices, empty_label=_("All levels"))
    health = django_filters.ChoiceFilter(
        label=_("Group health"),
        choices=[(name, label) for name, (label, _q) in HEALTH.items()],
        method="by_health",
        empty_label=_("Any health"),
    )
    mine = django_filters.BooleanFilter(label=_("Mine"), method="only_mine", widget=forms.HiddenInput)

    class Meta:
        model = Group
        fields: list[str] = []

    def search(self, rows: QuerySet[Group], name: str, value: str) -> QuerySet[Group]:
        """By name, description or region."""
        text = value.strip()[:80]
        return rows.filter(Q(name__icontains=text) | Q(description__icontains=text) | Q(region__icontains=text))

    def by_health(self, rows: QuerySet[Group], name: str, value: str) -> QuerySet[Group]:
        """By what the score says."""
        return rows.filter(HEALTH[value][1])

    def only_mine(self, rows: QuerySet[Group], name: str, value: Any) -> QuerySet[Group]:
        """The groups in which the asking user holds a post."""
        return rows.filter(pk__in=self.request.user.posts.filter(until=None).values("group")) if value else rows
