"""Filters of cases, in the URL: one declaration for pages and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.shared.intake import LARGEST_ID
from moderation.models import Case, Rule, Strike
from moderation.policy import CaseState, Held, Ladder, Offence, RuleState, Source
from moderation.wording import kinds

LONGEST_SEARCH = 80


def moderated(request: Any) -> QuerySet[Group]:
    """The groups in which the reader moderates."""
    return access.groups_with(request.user, GroupRight.MODERATE).order_by("name") if request else Group.objects.none()


class QueueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?group= &offence= &source= &held= &q="""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or account")}),
    )
    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=moderated, empty_label=_("All groups"))
    offence = django_filters.ChoiceFilter(label=_("Offence"), choices=Offence.choices, empty_label=_("All offences"))
    source = django_filters.ChoiceFilter(label=_("Noticed by"), choices=Source.choices, empty_label=_("Anybody"))
    held = django_filters.ChoiceFilter(
        label=_("Why a person decides"), choices=[one for one in Held.choices if one[0]], empty_label=_("All reasons")
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def search(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """By present name or by account."""
        text = value.strip()
        return rows.filter(Q(membership__person__name__icontains=text) | Q(membership__person__remote_id__icontains=text))


class CaseFilter(QueueFilter):
    """As of the queue, and ?state="""

    state = django_filters.ChoiceFilter(label=_("State"), choices=CaseState.choices, empty_label=_("All states"))


class CaseApiFilter(CaseFilter):
    """As of the cases, and ?membership="""

    membership = django_filters.NumberFilter(field_name="membership", min_value=1, max_value=LARGEST_ID)


class RuleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?q= (in the name) &state= &sort= &group="""

    q = django_filters.CharFilter(
        label=_("Search"),
        field_name="name",
        lookup_expr="icontains",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name")}),
    )
    state = django_filters.ChoiceFilter(label=_("State"), choices=RuleState.choices, empty_label=_("All states"))
    sort = django_filters.ChoiceFilter(label=_("looks for"), choices=kinds, empty_label=_("All kinds"))
    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=moderated, empty_label=_("All groups"))

    class Meta:
        model = Rule
        fields: list[str] = []


class StrikeApiFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?membership= &group= &offence= &ladder="""

    membership = django_filters.NumberFilter(field_name="membership", min_value=1, max_value=LARGEST_ID)
    group = django_filters.NumberFilter(field_name="group", min_value=1, max_value=LARGEST_ID)
    offence = django_filters.ChoiceFilter(choices=Offence.choices)
    ladder = django_filters.ChoiceFilter(choices=Ladder.choices)

    class Meta:
        model = Strike
        fields: list[str] = []
