"""Look at what an import would change; decide what it cannot know."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import bulk
from groupops.shared.errors import Invalid
from members.importing import queries
from members.importing.services.comparing import NEW, compare
from members.importing.services.settling import opened
from members.models import ImportRow, RosterImport
from members.rostering import DECIDABLE, Column, Outcome, Reason, Verdict

FIELDS = ("verdict", "reason", "name", "remote_id", "was_name", "candidates", "membership")


class BadMapping(Invalid):
    """The columns do not say who a line is about."""


class BadDecision(Invalid):
    """Nobody of that kind can be meant by the line."""


def preview(*, roster_import: RosterImport, mapping: Mapping[str, int], complete: bool, by: User) -> None:
    """Compare the lines anew, with these columns. Raises Forbidden, NotOpen, BadMapping."""
    access.demand(by, GroupRight.EDIT, roster_import.group)
    if not {Column.NAME, Column.ID} & set(mapping) or len(set(mapping.values())) != len(mapping):
        raise BadMapping(_("Choose a column for the nickname or the account, and no column twice."))
    with transaction.atomic():
        row = opened(roster_import)
        row.mapping, row.complete = dict(mapping), complete
        compared = compare(row)
        values = {outcome.line.number: _values(outcome) for outcome in compared.outcomes}
        bulk.update(ImportRow, FIELDS, [(pk, *values[number]) for number, pk in compared.rows.items()])
        ImportRow.objects.filter(roster_import=row, verdict=Verdict.LEFT).delete()
        gone = [(row.pk, number, *found) for number, found in values.items() if number not in compared.rows]
        bulk.insert(ImportRow, ("roster_import", "number"), ("roster_import", "number", *FIELDS), gone)
        row.counts = queries.counts(row)
        row.save(update_fields=["mapping", "complete", "counts"])
    roster_import.mapping, roster_import.complete, roster_import.counts = row.mapping, row.complete, row.counts


def _values(outcome: Outcome) -> tuple[object, ...]:
    line, who = outcome.line, outcome.who
    was = who.name if who and outcome.verdict == Verdict.RENAMED else ""
    return (
        outcome.verdict.value,
        outcome.reason.value,
        line.name or (who.name if who else ""),
        line.remote_id,
        was,
        list(outcome.candidates),
        who.membership if who else None,
    )


def decide(*, row: ImportRow, decision: str, by: User, at: datetime) -> None:
    """What a conflict means: "new", one of the candidates, or "" for leaving the line out. Raises Forbidden, NotOpen, BadDecision."""
    access.demand(by, GroupRight.EDIT, row.roster_import.group)
    with transaction.atomic():
        opened(row.roster_import)
        allowed = {"", NEW, *map(str, row.candidates)} if Reason(row.reason) in DECIDABLE else {""}
        if decision not in allowed:
            raise BadDecision(_("This line cannot mean that. Correct it in the file, and bring it in again."))
        ImportRow.objects.filter(pk=row.pk, verdict=Verdict.CONFLICT).update(decision=decision)
        record.audit(by=by, verb="import.decide", target=row, at=at, after={"decision": decision}, group_id=row.roster_import.group_id)
