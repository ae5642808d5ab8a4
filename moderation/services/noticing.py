"""The machine notices: cases for what was found in a batch, and what follows at once. Set-based."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from groupops.shared import live
from moderation.models import Case, Evidence
from moderation.models import Report as ReportRow
from moderation.policy import Offence
from moderation.services.following import follow
from moderation.services.known import Standing
from moderation.services.noticed import Noticed, Report
from moderation.services.opening import add, open_case


def notice(*, noticed: Sequence[Noticed], reports: Sequence[Report] = (), at: datetime) -> dict[int, Case]:
    """Open or enlarge the cases of what was noticed, act where the machine may; the case of each event that has one.

    In the caller's transaction. An event is evidence of one offence once, however often it is told.
    """
    everything = [*noticed, *(one.noticed for one in reports)]
    if not everything:
        return {}
    known = dict(Evidence.objects.filter(event_id__in={one.event_id for one in everything}).values_list("event_id", "case"))
    fresh: dict[tuple[int, Offence], list[Noticed]] = defaultdict(list)
    for one in everything:
        already = any(one.event_id == other.event_id for other in fresh[one.membership_id, one.offence])
        if one.event_id not in known and not already:
            fresh[one.membership_id, one.offence].append(one)
    made = _cases({key: found for key, found in fresh.items() if found}, at)
    cases = Case.objects.select_related("group__kind", "membership__person").in_bulk(
        {*known.values(), *(case.pk for case in made.values())}
    )
    result = {event: cases[pk] for event, pk in known.items()} | {event: cases[case.pk] for event, case in made.items()}
    _keep_reports(reports, result)
    if made:
        live.publish(live.DELIVERIES)
    return result


def _keep_reports(reports: Sequence[Report], cases: dict[int, Case]) -> None:
    rows = [
        ReportRow(case=cases[one.noticed.event_id], reporter_id=one.reporter, event_id=one.noticed.event_id, at=one.at) for one in reports
    ]
    ReportRow.objects.bulk_create(rows, ignore_conflicts=True)


def _cases(fresh: dict[tuple[int, Offence], list[Noticed]], at: datetime) -> dict[int, Case]:
    """The case of each event, made or enlarged."""
    if not fresh:
        return {}
    members = {membership for membership, _offence in fresh}
    standing = Standing.of(members, at)
    result: dict[int, Case] = {}
    for (membership, offence), found in sorted(fresh.items()):
        case = standing.open.get((membership, offence)) or standing.recent.get((membership, offence))
        if case is None:
            case = open_case(standing, found, at)
        add(case, found)
        result |= {one.event_id: case for one in found}
        follow(standing, case, found, at)
    return result
