"""Filters of memberships: one declaration for the roster, its export and the API."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.choices import GroupChoice
from groupops.groups.models import Group
from groupops.shared import clock
from members.models import DailyActivity, FieldValue, Membership, MembershipTag, ProfileField, Source, Tag
from members.tiering import Tier

LONGEST_SEARCH = 80
DAYS = {"week": 7, "month": 30, "quarter": 90}  # seed: 3个月无发言 is 90 days
UNKNOWN, ZERO = "unknown", "zero"


@dataclass(frozen=True)
class Reader:
    """What the filter asks of a request, for a view of the roster that was saved."""

    user: User
    GET: QueryDict


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
    group = GroupChoice(label=_("Group"), queryset=_visible, empty_label=_("All groups"))
    present = django_filters.ChoiceFilter(
        label=_("Presence"),
        choices=[("yes", _("In the group")), ("no", _("No longer there"))],
        method="by_presence",
        empty_label=_("Present and gone"),
    )
    spoke = django_filters.ChoiceFilter(
        label=_("Last spoke"),
        choices=[
            ("week", _("Spoke within 7 days")),
            ("month", _("Silent for 30 days")),
            ("quarter", _("Silent for 90 days")),
            (ZERO, _("No message at all")),
            (UNKNOWN, _("Last spoke: unknown")),
        ],
        method="by_silence",
        empty_label=_("Speaking and silent"),
    )
    tier = django_filters.ChoiceFilter(
        label=_("Tier"), choices=[*Tier.choices, (UNKNOWN, _("Tier: unknown"))], method="by_tier", empty_label=_("All tiers")
    )
    joined = django_filters.ChoiceFilter(
        label=_("Joined"),
        choices=[("week", _("Joined within 7 days")), ("month", _("Joined within 30 days")), ("quarter", _("Joined within 90 days"))],
        method="by_join",
        empty_label=_("Whenever they joined"),
    )
    tag = django_filters.ModelChoiceFilter(
        label=_("Tag"), queryset=Tag.objects.filter(archived=False).order_by("name"), method="by_tag", empty_label=_("All tags")
    )
    source = django_filters.ModelChoiceFilter(
        label=_("Source"),
        queryset=Source.objects.order_by("archived", "position", "name"),
        null_label=_("Source: unknown"),
        null_value=UNKNOWN,
        empty_label=_("All sources"),
    )
    # Personal fields are not asked: whoever may not see a value must not find it out by filtering.
    field = django_filters.ModelChoiceFilter(
        label=_("Profile field"),
        queryset=ProfileField.objects.filter(archived=False, personal=False).order_by("position", "name"),
        method="by_field",
        empty_label=_("All fields"),
    )
    said = django_filters.CharFilter(
        label=_("says"),
        method="by_said",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"placeholder": _("What the field says")}),
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

    def by_silence(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Silent are those of whom we know when they last spoke; unknown is not silent."""
        if value == UNKNOWN:
            return rows.filter(last_spoke_at=None)
        if value == ZERO:
            spoke = DailyActivity.objects.filter(messages__gt=0)
            others = Exists(spoke.filter(membership__same_as=OuterRef("pk")))
            return rows.filter(~Exists(spoke.filter(membership=OuterRef("pk"))), ~others)
        since = clock.now() - timedelta(days=DAYS[value])
        return rows.filter(last_spoke_at__gte=since) if value == "week" else rows.filter(last_spoke_at__lt=since)

    def by_join(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Whose join was seen lately."""
        return rows.filter(join_seen=True, joined_at__gte=clock.now() - timedelta(days=DAYS[value]))

    def by_tier(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """In a tier, or in none because too little is known."""
        return rows.filter(tier="" if value == UNKNOWN else value)

    def by_field(self, rows: QuerySet[Membership], name: str, value: ProfileField) -> QuerySet[Membership]:
        """Who says something there; with `said`, who says that."""
        text = str(self.form.cleaned_data.get("said") or "").strip()
        values = FieldValue.objects.filter(membership=OuterRef("pk"), field=value, current=True)
        return rows.filter(Exists(values.filter(value__icontains=text) if text else values))

    def by_said(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Of the chosen field; without one, of any that is not personal."""
        if self.form.cleaned_data.get("field"):
            return rows
        said = FieldValue.objects.filter(membership=OuterRef("pk"), current=True, value__icontains=value.strip(), field__archived=False)
        return rows.filter(Exists(said))

    def by_tag(self, rows: QuerySet[Membership], name: str, value: Tag) -> QuerySet[Membership]:
        """Who carries the tag."""
        return rows.filter(Exists(MembershipTag.objects.filter(membership=OuterRef("pk"), tag=value)))
