"""Filters of the question desk, in the URL."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.choices import GroupChoice
from groupops.groups.models import Group
from members.asking import QuestionState
from members.models import Question

LONGEST_SEARCH = 80


def _visible(request: Any) -> QuerySet[Group]:
    return access.visible_to(request.user).order_by("name") if request else Group.objects.none()


class QuestionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?state= &group= &mine= &q="""

    state = django_filters.ChoiceFilter(choices=QuestionState.choices, widget=forms.HiddenInput)
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words or name")}),
    )
    group = GroupChoice(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    mine = django_filters.ChoiceFilter(
        label=_("Who answers"),
        method="by_taker",
        choices=[("yes", _("Taken on by me")), ("no", _("Taken on by nobody"))],
        empty_label=_("Everybody"),
    )

    class Meta:
        model = Question
        fields: list[str] = []

    def search(self, rows: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        """By what was asked, or by who asks."""
        text = value.strip()
        return rows.filter(Q(event__text__icontains=text) | Q(membership__person__name__icontains=text))

    def by_taker(self, rows: QuerySet[Question], name: str, value: str) -> QuerySet[Question]:
        """Whose they are now."""
        return rows.filter(taken_by=self.request.user) if value == "yes" else rows.filter(taken_by=None)
