"""Authors take their messages back."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from moderation import queries
from moderation.models import Case, Evidence
from moderation.policy import OPEN, CaseState
from moderation.services import punishing


def take_back(*, gone: Iterable[tuple[str, str, datetime]], group_ids: Collection[int], at: datetime) -> int:
    """Authors recalled messages: (remote id, who did it, when). Open cases about nothing else end well; returns how many."""
    said = {message: (who, when) for message, who, when in gone if message}
    rows = Evidence.objects.filter(message__in=said, case__group__in=group_ids, taken_back_at=None)
    found = [row for row in rows.select_related("case__group__kind").order_by("pk") if said[row.message][0] == row.author]
    rules = queries.ladder_rules({row.case.group_id: row.case.group for row in found}.values())
    touched = set()
    for row in found:
        when = said[row.message][1]
        if when - row.at <= timedelta(minutes=rules[row.case.group_id].take_back_minutes):
            Evidence.objects.filter(pk=row.pk).update(taken_back_at=when)
            touched.add(row.case_id)
    return sum(_withdraw(pk, at) for pk in sorted(touched))


def _withdraw(pk: int, at: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",)).get(pk=pk)
    if case.state not in OPEN or case.evidence.filter(taken_back_at=None).exists():
        return False
    case.decisions.filter(undone_at=None).update(undone_at=at)  # that of the first of two people
    punishing.move(case, CaseState.WITHDRAWN, at=at)
    return True
