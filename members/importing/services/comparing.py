"""What the lines of an import mean at this moment."""

from dataclasses import dataclass

from groupops.groups.models import Group
from members import rostering
from members.importing import queries
from members.models import ImportRow, RosterImport
from members.rostering import DECIDABLE, Known, Line, Outcome, Reason, Verdict

NEW = "new"  # a decision: somebody whom we do not know


@dataclass(frozen=True)
class Compared:
    """The outcomes, by whom the group was known, in which realm, and the row ids of the file's lines by number."""

    outcomes: list[Outcome]
    known: Known
    realm: str
    rows: dict[int, int]
    decisions: dict[int, str]


def compare(roster_import: RosterImport) -> Compared:
    """Read the lines as the mapping says, and compare them with the group as it is. A constant number of queries."""
    group = Group.objects.get(pk=roster_import.group_id)
    found = roster_import.rows.exclude(verdict=Verdict.LEFT).order_by("number").values_list("pk", "number", "cells", "decision")
    read = list(found)
    lines = [rostering.understood(number, cells, roster_import.mapping, group.zone) for _pk, number, cells, _decision in read]
    realm = queries.realm_of(group)
    known = queries.known(group, realm, {name for line in lines for name in _ids(line)})
    outcomes = rostering.compare(lines, known, complete=roster_import.complete)
    return Compared(
        outcomes, known, realm, {number: pk for pk, number, *_rest in read}, {number: decision for _pk, number, _cells, decision in read}
    )


def _ids(line: Line) -> list[str]:
    """The ids by which somebody of this line may be known, and whoever invited them."""
    ids = [line.remote_id, f"{rostering.BY_NAME}{line.name}", line.inviter, f"{rostering.BY_NAME}{line.inviter}"]
    return [name for name in ids if name and name != rostering.BY_NAME]


def decided(compared: Compared) -> list[Outcome]:
    """The outcomes with the conflicts that a person decided; the others stay conflicts, and are left out."""
    persons = {someone.person: someone for someone in [*compared.known.others.values(), *compared.known.members]}
    taken = {outcome.who.person for outcome in compared.outcomes if outcome.who and outcome.verdict != Verdict.LEFT}
    result = []
    for outcome in compared.outcomes:
        decision = compared.decisions.get(outcome.line.number, "") if outcome.verdict == Verdict.CONFLICT else ""
        if decision == NEW and outcome.reason in DECIDABLE:
            result.append(Outcome(outcome.line, Verdict.NEW))
        elif decision.isdigit() and int(decision) in outcome.candidates and int(decision) not in taken:
            who = persons[int(decision)]
            taken.add(who.person)
            renamed = who.present and outcome.line.name and outcome.line.name != who.name
            verdict = Verdict.NEW if not who.present else Verdict.RENAMED if renamed else Verdict.SAME
            result.append(Outcome(outcome.line, verdict, who, Reason.NONE))
        else:
            result.append(outcome)
    return result


def rows_of_left(roster_import: RosterImport) -> set[int]:
    """The memberships that the preview showed as gone: nobody else is taken out, whoever came since stays."""
    rows = ImportRow.objects.filter(roster_import=roster_import, verdict=Verdict.LEFT, membership__isnull=False)
    return set(rows.values_list("membership_id", flat=True))
