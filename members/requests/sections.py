"""Requests on a person's timeline (settings.PROFILE_SECTIONS)."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.groups.models import Group
from members.models import MemberRequest
from members.timeline import Before, Entry, cut, older


def wished(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """What they wished for, and where that is."""
    rows = MemberRequest.objects.filter(membership__person__in=persons, group__in=groups).select_related("group")
    return cut((_entry(row) for row in older(rows, "created_at", before, limit)), before, limit)


def _entry(row: MemberRequest) -> Entry:
    text = _("Wished for: %(title)s – %(state)s") % {"title": row.title, "state": row.get_state_display()}
    return Entry(row.created_at, f"request:{row.pk}", "request", text, row.group.name, reverse("members:request", args=[row.pk]))
