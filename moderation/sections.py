"""Moderation in a person's story (settings.PROFILE_SECTIONS): strikes, and what became of them."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.groups.models import Group
from members.timeline import Before, Entry, cut, older
from moderation.models import Strike


def struck(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Each strike. One query."""
    rows = Strike.objects.filter(membership__person__in=persons, group__in=groups).select_related("group", "decision__by")
    return cut((_entry(row) for row in older(rows, "at", before, limit)), before, limit)


def _entry(row: Strike) -> Entry:
    text = _("Strike: %(offence)s") % {"offence": row.get_offence_display()}
    if row.overruled_at:
        text = _("%(strike)s (overruled)") % {"strike": text}
    url = reverse("moderation:case", args=[row.case_id])
    return Entry(row.at, f"strike:{row.pk}", "strike", text, row.group.name, url, str(row.decision.by or ""))
