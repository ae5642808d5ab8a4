"""Filters of the board of newcomers, in the URL."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.groups import access
from groupops.groups.models import Group
from groupops.shared import clock
from members.arriving import STAGES, Stage
from members.models import Newcomer, RulesAcknowledgement

LONGEST_SEARCH = 80
OPEN = [
    ("unintroduced", _("not introduced")),
    ("silent", _("said nothing yet")),
    ("unanswered", _("first message unanswered")),
    ("unread", _("rules not read")),
    ("alone", _("without a buddy")),
]


def _visible(request: Any) -> QuerySet[Group]:
    named = bool(request and request.GET.get("group"))  # a sandbox is in no list, but its own pages lead here
    return access.visible_to(request.user, sandboxes=named).order_by("name") if request else Group.objects.none()


def joined_in(stage: Stage, at: datetime, zone: str) -> Q:
    """Who joined so many local days ago that they stand in this column; days are those of the reader's `zone`."""
    low, high = STAGES[stage]
    midnight = datetime.combine(clock.local(at, zone).date(), time(), ZoneInfo(zone))
    until = Q() if low == 0 else Q(joined_at__lt=midnight - timedelta(days=low - 1))
    return Q(joined_at__gte=midnight - timedelta(days=high)) & until


class NewcomerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """?stage= &group= &open= &mine= &q="""

    stage = django_filters.ChoiceFilter(choices=Stage.choices, method="by_stage", widget=forms.HiddenInput)
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or account")}),
    )
    group = django_filters.ModelChoiceFilter(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    open = django_filters.ChoiceFilter(label=_("What is missing"), method="by_open", choices=OPEN, empty_label=_("All newcomers"))
    mine = django_filters.ChoiceFilter(
        label=_("Buddy"), method="by_buddy", choices=[("yes", _("whose buddy I am"))], empty_label=_("Every buddy")
    )

    class Meta:
        model = Newcomer
        fields: list[str] = []

    def by_stage(self, rows: QuerySet[Newcomer], name: str, value: str) -> QuerySet[Newcomer]:
        """One column."""
        return rows.filter(joined_in(Stage(value), clock.now(), self.request.user.zone))

    def search(self, rows: QuerySet[Newcomer], name: str, value: str) -> QuerySet[Newcomer]:
        """By present name or by account."""
        text = value.strip()
        return rows.filter(Q(membership__person__name__icontains=text) | Q(membership__person__remote_id__icontains=text))

    def by_open(self, rows: QuerySet[Newcomer], name: str, value: str) -> QuerySet[Newcomer]:
        """What a newcomer still lacks."""
        if value == "unread":
            return rows.filter(~Exists(RulesAcknowledgement.objects.filter(membership=OuterRef("membership"))))
        lacks = {
            "unintroduced": Q(introduced_at=None),
            "silent": Q(first_spoke_at=None),
            "unanswered": Q(first_spoke_at__isnull=False, answered_at=None),
            "alone": Q(buddy_user=None, buddy_member=None),
        }
        return rows.filter(lacks[value])

    def by_buddy(self, rows: QuerySet[Newcomer], name: str, value: str) -> QuerySet[Newcomer]:
        """Whom the reader looks after."""
        return rows.filter(buddy_user=self.request.user)
