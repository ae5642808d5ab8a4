"""Filters of silent members and of runs, in the URL: one declaration for pages, exports and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared.intake import LARGEST_ID
from members.models import SweepCase, SweepRun
from members.sweep import exempting
from members.sweeping import TO_DECIDE, CaseState

LONGEST_SEARCH = 80


def _visible(request: Any) -> QuerySet[Group]:
    return access.visible_to(request.user).order_by("name") if request else Group.objects.none()


def _codes() -> list[tuple[str, Any]]:
    return list(exempting.labels().items())


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?group="""

    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=_visible, empty_label=_("All groups"))

    class Meta:
        model = SweepRun
        fields: list[str] = []


class CaseFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &exempt= &q="""

    state = django_filters.ChoiceFilter(choices=CaseState.choices, widget=forms.HiddenInput)
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or account")}),
    )
    exempt = django_filters.ChoiceFilter(label=_("Exempt"), choices=_codes, method="by_exemption", empty_label=_("Exempt or not"))

    class Meta:
        model = SweepCase
        fields: list[str] = []

    def search(self, rows: QuerySet[SweepCase], name: str, value: str) -> QuerySet[SweepCase]:
        """By present name or by account."""
        text = value.strip()
        return rows.filter(Q(membership__person__name__icontains=text) | Q(membership__person__remote_id__icontains=text))

    def by_exemption(self, rows: QuerySet[SweepCase], name: str, value: str) -> QuerySet[SweepCase]:
        """Those whom this exempts, among other reasons."""
        code = "exempt__contains"
        return rows.filter(Q(exempt=value) | Q(**{code: f"{value},"}) | Q(exempt__endswith=f",{value}"))


class ReviewFilter(CaseFilter):
    """As of the cases, and ?group="""

    state = django_filters.ChoiceFilter(choices=[(state.value, state.label) for state in TO_DECIDE], widget=forms.HiddenInput)
    group = django_filters.ModelChoiceFilter(label=_("Group"), field_name="run__group", queryset=_visible, empty_label=_("All groups"))
    exempt = None


class CaseApiFilter(CaseFilter):
    """As of the cases, and ?group= ?run="""

    state = django_filters.ChoiceFilter(choices=CaseState.choices)
    group = django_filters.ModelChoiceFilter(field_name="run__group", queryset=_visible)
    run = django_filters.NumberFilter(field_name="run", min_value=1, max_value=LARGEST_ID)
