"""The first weeks in a person's story (settings.PROFILE_SECTIONS): welcomed, introduced, answered, the rules read."""

from collections.abc import Collection, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from groupops.groups.models import Group
from members.arriving import WelcomeState
from members.models import Newcomer, RulesAcknowledgement, Welcome
from members.timeline import Before, Entry, cut, older

MOST = 500  # stays of one person


def arrived(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """What the machine said to them, how they introduced themselves, and who answered. Two queries."""
    rows = Newcomer.objects.filter(membership__person__in=persons, group__in=groups)
    rows = rows.select_related("group", "introduced_by", "answered_by", "answered_member__person")
    said = Welcome.objects.filter(membership__person__in=persons, group__in=groups, state=WelcomeState.SAID, round__said_at__isnull=False)
    welcomed = [
        Entry(row.round.said_at, f"welcome:{row.pk}", "care", _("The welcome was said"), row.group.name)
        for row in said.select_related("round", "group")[:MOST]
        if row.round and row.round.said_at
    ]
    return cut([*welcomed, *(entry for row in rows[:MOST] for entry in _first_weeks(row))], before, limit)


def _first_weeks(row: Newcomer) -> Iterator[Entry]:
    group = row.group.name
    if row.introduced_at:
        yield Entry(row.introduced_at, f"introduced:{row.pk}", "talk", _("Introduced themselves"), group, by=str(row.introduced_by or ""))
    if row.answered_at:
        who = row.answered_member.person.name if row.answered_member else str(row.answered_by or "")
        text = _("The first message was answered by %(who)s") % {"who": who}
        yield Entry(row.answered_at, f"answered:{row.pk}", "talk", text, group)


def read_rules(persons: Collection[int], groups: QuerySet[Group], before: Before, limit: int) -> list[Entry]:
    """Which versions of the rules they have read."""
    rows = RulesAcknowledgement.objects.filter(membership__person__in=persons, membership__group__in=groups)
    found = older(rows.select_related("membership__group", "rules", "by"), "at", before, limit)
    return cut((_read(row) for row in found), before, limit)


def _read(row: RulesAcknowledgement) -> Entry:
    text = _("Has read the rules, version %(version)s (%(how)s)") % {"version": row.rules.version, "how": row.get_how_display()}
    return Entry(row.at, f"rules:{row.pk}", "care", text, row.membership.group.name, by=str(row.by or ""))
