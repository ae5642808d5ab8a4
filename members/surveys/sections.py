"""What a person said about themselves in their story (settings.PROFILE_SECTIONS): each form they sent, each value that came otherwise."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.groups.models import Group
from members.models import FieldValue, FormAnswer
from members.timeline import Before, Entry, cut, older


def filled_in(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Forms they sent."""
    rows = FormAnswer.objects.filter(membership__person__in=persons, group__in=groups).select_related("form", "group", "settled_by")
    return cut((_form(row) for row in older(rows, "at", before, limit)), before, limit)


def _form(row: FormAnswer) -> Entry:
    text, url = _("Filled in: %(form)s") % {"form": row.form.title}, reverse("members:form", args=[row.form_id])
    return Entry(row.at, f"form:{row.pk}", "form", text, row.group.name, url, by=str(row.settled_by or ""))


def said(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Values that came by no form of ours: brought in by a list."""
    rows = FieldValue.objects.filter(membership__person__in=persons, membership__group__in=groups, answer=None)
    found = older(rows.select_related("field", "membership__group", "by"), "at", before, limit)
    return cut((_value(row) for row in found), before, limit)


def _value(row: FieldValue) -> Entry:
    text = _("%(field)s: %(value)s") % {"field": row.field.name, "value": row.said}
    return Entry(row.at, f"said:{row.pk}", "form", text, row.membership.group.name, by=str(row.by or ""))
