"""Filters of memberships: one declaration for the roster, its export and the API."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.models import Group
from members.models import Membership

LONGEST_SEARCH = 80


def _visible(request: Any) -> QuerySet[Group]:
    named = bool(request and request.GET.get("group"))  # a sandbox is in no list, but its own pages lead here
    return access.visible_to(request.user, sandboxes=named).order_by("name") if request else Group.objects.none()


class MembershipFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?q= &group= &present="""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or account")}),
    )
    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    present = django_filters.ChoiceFilter(
        label=_("Presence"),
        choices=[("yes", _("In the group")), ("no", _("No longer there"))],
        method="by_presence",
        empty_label=_("Present and gone"),
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def search(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """By present name or by account."""
        text = value.strip()
        return rows.filter(Q(person__name__icontains=text) | Q(person__remote_id__icontains=text))

    def by_presence(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Here, or gone."""
        return rows.filter(left_at=None) if value == "yes" else rows.exclude(left_at=None)
