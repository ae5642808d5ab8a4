"""The sweep in a person's story (settings.PROFILE_SECTIONS): found silent, asked, and every step after that."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.groups.models import Group
from members.models import SweepStep
from members.timeline import Before, Entry, cut, older


def swept(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Each step of each case. One query."""
    rows = SweepStep.objects.filter(case__membership__person__in=persons, case__run__group__in=groups)
    found = older(rows.select_related("case__run__group", "by"), "at", before, limit)
    return cut((_step(row) for row in found), before, limit)


def _step(row: SweepStep) -> Entry:
    text = _("Sweep: %(state)s") % {"state": row.get_state_display()}
    if row.why:
        text = f"{text} – {_(row.why)}"
    run = row.case.run
    return Entry(row.at, f"sweep:{row.pk}", "sweep", text, run.group.name, reverse("members:sweep-run", args=[run.pk]), str(row.by or ""))
