"""Cases in one shape, whether they were rehearsed or really happened: so that they can be compared one by one."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from moderation.models import Case, Decision, Evidence, Rehearsal, RehearsedCase
from moderation.policy import CaseState, Source
from moderation.rehearsals.services import EVENTS


class Shape(NamedTuple):
    """Whom a case is about and of which incident; of a case that the machine decided, the step of the ladder (from 0)."""

    room: str
    who: str
    offence: str
    state: str
    held: str
    rule: str
    messages: int
    said: tuple[str, ...]  # ids of the first messages, in the order in which they arrived
    step: int | None


def really(groups: Collection[Group]) -> dict[str, Shape]:
    """What the live pipeline made, by the case's key. What people opened by hand and floods of joins are not rehearsed."""
    said: defaultdict[int, list[str]] = defaultdict(list)
    rows = Evidence.objects.filter(case__group__in=groups).order_by("event_id")
    for case, message in rows.values_list("case", "message"):
        said[case].append(message)
    steps = dict(Decision.objects.filter(undone_at=None, case__group__in=groups).values_list("case", "step"))
    found = Case.objects.filter(group__in=groups).exclude(source=Source.STAFF).exclude(source=Source.RULE, rule=None)
    cases = found.select_related("membership__person", "rule", "group__binding").order_by("pk")
    return {one.key: _shape(one, one.state, said[one.pk], len(said[one.pk]), steps.get(one.pk)) for one in cases}


def rehearsed(row: Rehearsal) -> dict[str, Shape]:
    """The cases of a rehearsal. One that waits has no step in reality: its step is the one that would follow."""
    rows = RehearsedCase.objects.filter(rehearsal=row).exclude(compared="gone").order_by("pk")
    cases = list(rows.select_related("membership__person", "rule", "group__binding"))
    names = dict(StoredEvent.objects.filter(pk__in=[pk for one in cases for pk in one.events]).values_list("pk", "remote_message"))
    return {
        one.key: _shape(
            one, one.state, [names[pk] for pk in one.events], one.messages, one.step if one.state == CaseState.PUNISHED else None
        )
        for one in cases
    }


def _shape(one: Case | RehearsedCase, state: str, said: list[str], messages: int, step: int | None) -> Shape:
    room, who = one.group.binding.remote_id, one.membership.person.remote_id
    rule = one.rule.name if one.rule else ""
    return Shape(room, who, one.offence, state, one.held, rule, messages, tuple(said[:EVENTS]), step)
