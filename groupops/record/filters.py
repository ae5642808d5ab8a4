"""The filters of the audit trail, the same on the page, in the CSV and in the API."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.forms import DateInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groupops.record.models import AuditEntry
from groupops.shared.intake import LARGEST_ID


def _users(request: Any) -> QuerySet[Any]:
    return get_user_model()._default_manager.order_by("username")


class TrailFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter is untyped
    """Every filter narrows; days are days of the reader's own zone, both included."""

    by = django_filters.ModelChoiceFilter(queryset=_users, label=_("Who"), empty_label=_("Everybody"), null_label=_("The system"))
    verb = django_filters.CharFilter(method="of_verb", label=_("What"), max_length=60)
    target_type = django_filters.CharFilter(label=_("Kind of object"), max_length=60)
    target_id = django_filters.CharFilter(label=_("Number of the object"), max_length=60)
    group = django_filters.NumberFilter(field_name="group_id", label=_("Group"), min_value=1, max_value=LARGEST_ID, decimal_places=0)
    since = django_filters.DateFilter(method="since_day", label=_("From"), widget=DateInput(attrs={"type": "date"}))
    until = django_filters.DateFilter(method="until_day", label=_("Until"), widget=DateInput(attrs={"type": "date"}))
    q = django_filters.CharFilter(method="with_text", label=_("Search"), max_length=100)

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def of_verb(self, entries: QuerySet[AuditEntry], name: str, verb: str) -> QuerySet[AuditEntry]:
        """One verb, or a whole family: `group` for group.create, group.update and the rest."""
        return entries.filter(Q(verb=verb) | Q(verb__startswith=f"{verb}."))

    def since_day(self, entries: QuerySet[AuditEntry], name: str, day: date) -> QuerySet[AuditEntry]:
        """From the beginning of a local day."""
        return entries.filter(at__gte=_midnight(day))

    def until_day(self, entries: QuerySet[AuditEntry], name: str, day: date) -> QuerySet[AuditEntry]:
        """To the end of a local day."""
        return entries.filter(at__lt=_midnight(day + timedelta(days=1))) if day < date.max else entries

    def with_text(self, entries: QuerySet[AuditEntry], name: str, text: str) -> QuerySet[AuditEntry]:
        """The text in the object's name, in the source, or in the verb."""
        return entries.filter(
            Q(target_label__icontains=text) | Q(detail__label__icontains=text) | Q(source__icontains=text) | Q(verb__icontains=text)
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min)).astimezone(
        UTC
    )  # here, so that a day out of reach fails on both databases alike
