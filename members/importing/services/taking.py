"""Take a list over: all of it in one transaction, or nothing. A killed worker leaves nothing behind, and the next one begins anew."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from groupops.groups.models import Group
from groupops.shared import bulk
from members import policy
from members import services as members
from members.importing import queries
from members.importing.services.comparing import Compared, compare, decided, rows_of_left
from members.models import FormerName, ImportRow, Membership, Person, RosterImport
from members.policy import Presence
from members.rostering import BY_NAME, ImportSort, ImportState, Line, Outcome, Verdict
from members.services import NAME_WIDTH, STAY

log = logging.getLogger(__name__)
ROW = ("verdict", "reason", "name", "membership", "undo")


@dataclass
class Change:
    """What one line changes: `stay` was (None: it is made) and becomes; the name likewise."""

    outcome: Outcome
    person: int = 0
    made: bool = False  # the person
    membership: int | None = None
    was: tuple[Any, ...] | None = None
    becomes: tuple[Any, ...] | None = None
    old_name: str = ""
    old_named_at: datetime | None = None


def take_over(*, import_id: int, at: datetime) -> bool:
    """Carry out an import that a person started; False where there is nothing to do. Done twice, it changes nothing the second time."""
    try:
        with transaction.atomic():
            wanted = RosterImport.objects.select_for_update().defer("content")
            row = wanted.filter(pk=import_id, sort=ImportSort.TABLE, state=ImportState.APPLYING).first()
            if row is None:
                return False
            Group.objects.select_for_update().get(pk=row.group_id)  # two lists of one group, one after the other
            _carry_out(row, at)
            return True
    except (OperationalError, InterfaceError):
        raise  # an outage: the tick tries again
    except Exception as error:
        log.exception("import %s failed", import_id)
        line = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        RosterImport.objects.filter(pk=import_id, state=ImportState.APPLYING).update(state=ImportState.FAILED, error=line, settled_at=at)
        return False


def _carry_out(row: RosterImport, at: datetime) -> None:
    compared = compare(row)
    changes = [Change(outcome) for outcome in decided(compared)]
    _persons(changes, compared, at)
    stays = _stays(row.group_id)
    shown = rows_of_left(row)
    inviters = _inviters(changes, compared)
    for change in changes:
        _move(change, stays, shown, inviters.get(change.outcome.line.inviter), at)
    _write(changes, row.group_id, at)
    _note(row, changes, compared)
    members.resize(group_ids=[row.group_id])
    row.state, row.settled_at, row.done, row.counts = ImportState.APPLIED, at, row.total, _counts(changes)
    row.save(update_fields=["state", "settled_at", "done", "counts"])


def _persons(changes: list[Change], compared: Compared, at: datetime) -> None:
    """Give every line that is to be taken over its person; make those whom nobody knows."""
    missing: dict[str, Change] = {}
    taken = set(compared.known.others)
    for change in changes:
        outcome = change.outcome
        if outcome.who:
            change.person = outcome.who.person
        elif outcome.verdict == Verdict.NEW:
            remote_id = _free(outcome.line, taken)
            taken.add(remote_id)
            missing[remote_id] = change
    rows = [(compared.realm, remote_id, _name(change.outcome.line), at, at) for remote_id, change in missing.items()]
    bulk.insert(Person, ("realm", "remote_id"), ("realm", "remote_id", "name", "named_at", "first_seen_at"), rows)
    ids = list(missing)
    for start in range(0, len(ids), queries.PART):
        found = Person.objects.filter(realm=compared.realm, remote_id__in=ids[start : start + queries.PART])
        for pk, remote_id, seen in found.values_list("pk", "remote_id", "first_seen_at"):
            missing[remote_id].person, missing[remote_id].made = pk, seen == at


def _free(line: Line, taken: set[str]) -> str:
    """The account, else an id made of the name; of a name that somebody bears already, with a number behind it."""
    wanted = line.remote_id or f"{BY_NAME}{line.name}"
    if wanted not in taken:
        return wanted
    return f"{wanted}#{line.number}"


def _name(line: Line) -> str:
    return (line.name or line.remote_id)[:NAME_WIDTH]


def _stays(group_id: int) -> dict[int, Presence]:
    """Every membership of the group, locked in order."""
    rows = Membership.objects.select_for_update().filter(group=group_id).order_by("pk").values_list("pk", *STAY)
    return {pk: Presence(pk, *stay) for pk, *stay in rows}


def _inviters(changes: Iterable[Change], compared: Compared) -> dict[str, int]:
    """Persons by what the lists call them; who is not known, or is one of several, stays unnamed."""
    lines = {change.outcome.line.name: change.person for change in changes if change.person}
    found = {}
    for name in {change.outcome.line.inviter for change in changes} - {""}:
        named = compared.known.named(name)
        known = compared.known.by_id.get(name) or (named[0] if len(named) == 1 else None)
        if person := known.person if known else lines.get(name):
            found[name] = person
    return found


def _move(change: Change, stays: dict[int, Presence], shown: set[int], inviter: int | None, at: datetime) -> None:
    outcome, line = change.outcome, change.outcome.line
    if outcome.verdict == Verdict.CONFLICT:
        return
    change.membership = outcome.who.membership if outcome.who else None
    if outcome.verdict == Verdict.LEFT and change.membership not in shown:
        change.membership = None
        return
    if change.membership is None:
        joined = min(line.joined_at, at) if line.joined_at else at
        spoke = min(line.spoke_at, at) if line.spoke_at else None
        change.becomes = (joined, bool(line.joined_at), None, "", 0, spoke, inviter if inviter != change.person else None)
        return
    stay = stays[change.membership]
    if outcome.verdict == Verdict.LEFT:
        policy.left(stay, at, policy.How.UNKNOWN)
    else:
        _complete(stay, line, inviter if inviter != change.person else None, at)
    if stay.values() != stay.was:
        change.was, change.becomes = stay.was, stay.values()
    if outcome.verdict == Verdict.RENAMED and outcome.who:
        change.old_name = outcome.who.name


def _complete(stay: Presence, line: Line, inviter: int | None, at: datetime) -> None:
    """They are there; the list may know when they came and spoke, which never takes back what was seen."""
    policy.found(stay, at)
    if line.joined_at and not stay.join_seen and line.joined_at <= at:
        stay.joined_at, stay.join_seen = line.joined_at, True
    if line.spoke_at and line.spoke_at <= at:
        stay.last_spoke_at = max(stay.last_spoke_at or line.spoke_at, line.spoke_at)
    stay.invited_by = stay.invited_by or inviter


def _write(changes: list[Change], group_id: int, at: datetime) -> None:
    made = [change for change in changes if change.becomes and change.membership is None]
    bulk.insert(
        Membership, ("person", "group"), ("person", "group", *STAY), [(change.person, group_id, *(change.becomes or ())) for change in made]
    )
    ids = dict(Membership.objects.filter(group=group_id).values_list("person_id", "pk")) if made else {}
    for change in made:
        change.membership = ids[change.person]
    bulk.update(Membership, STAY, [(change.membership, *(change.becomes or ())) for change in changes if change.was])
    renamed = [change for change in changes if change.old_name]
    named = dict(Person.objects.filter(merged_into=None, memberships__group=group_id).values_list("pk", "named_at")) if renamed else {}
    for change in renamed:
        change.old_named_at = named.get(change.person, at)
    bulk.update(Person, ["name", "named_at"], [(change.person, _name(change.outcome.line), at) for change in renamed])
    former = [FormerName(person_id=change.person, name=change.old_name, until=at) for change in renamed]
    FormerName.objects.bulk_create(
        former, batch_size=1000, update_conflicts=True, unique_fields=["person", "name"], update_fields=["until"]
    )


def _note(row: RosterImport, changes: list[Change], compared: Compared) -> None:
    """Keep with each line what it did, so that it can be taken back."""
    known = dict(row.rows.filter(verdict=Verdict.LEFT).values_list("membership_id", "pk"))
    rows = []
    for change in changes:
        pk = compared.rows.get(change.outcome.line.number) or (known.get(change.membership) if change.membership else None)
        if pk:
            verdict, reason = change.outcome.verdict.value, change.outcome.reason.value
            rows.append((pk, verdict, reason, _name(change.outcome.line), change.membership, _undo(change)))
    bulk.update(ImportRow, ROW, rows)


def _undo(change: Change) -> dict[str, Any] | None:
    if not (change.becomes or change.old_name):
        return None
    return {
        "person": change.person,
        "made": change.made,
        "was": _plain(change.was),
        "is": _plain(change.becomes),
        "name": _plain((change.old_name, _name(change.outcome.line), change.old_named_at)) if change.old_name else None,
    }


def _plain(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else [value.isoformat() if isinstance(value, datetime) else value for value in values]


def _counts(changes: list[Change]) -> dict[str, int]:
    found = {verdict.value: 0 for verdict in Verdict}
    for change in changes:
        if change.outcome.verdict != Verdict.LEFT or change.becomes:
            found[change.outcome.verdict.value] += 1
    return found
