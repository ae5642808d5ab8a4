"""Tables of form tools brought in: looked at, taken over in one transaction, taken back. What a table says is sealed meanwhile."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Conflict, Invalid
from members.importing import queries as importing
from members.importing.tables import lines
from members.models import AnswerImport, FieldValue, ProfileField
from members.rostering import OPEN, ImportState
from members.surveying import ACCOUNT, NAME, Judged, Outcome, guess, judge
from members.surveys import queries, values
from members.surveys.values import Said

ROWS = 5000  # lines of one table
PART = 2000


class Unfit(Invalid):
    """The table, or what its columns are said to be, cannot be used."""


class NotOpen(Conflict):
    """The import is settled."""


def stage(*, group: Group, content: bytes, name: str, digest: str, by: User, at: datetime) -> tuple[AnswerImport, bool]:
    """Keep a table for its preview; returns the import, and whether it is a new one: the same file twice is the same import.

    Raises Forbidden, Unreadable, Unfit.
    """
    access.demand(by, GroupRight.EDIT, group)
    found = lines(content)
    if len(found) < 2:
        raise Unfit(_("A table has its heads in the first line and answers below."), field="file")
    if len(found) - 1 > ROWS:
        raise Unfit(_("At most %(n)d lines at once.") % {"n": ROWS}, field="file")
    fields = {field.name.lower(): field.pk for field in queries.fields()}
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)  # two clicks, one import
        if known := AnswerImport.objects.filter(group=group, digest=digest, state__in=OPEN).first():
            return known, False
        header = found[0][1]
        made = AnswerImport.objects.create(
            group=group, name=name[:200], digest=digest, header=header, mapping={str(n): to for n, to in guess(header, fields).items()},
            sealed=secretbox.seal({"lines": found[1:]}), counts={"lines": len(found) - 1}, by=by, at=at,
        )  # fmt: skip
        record.audit(by=by, verb="answers.upload", target=made, at=at, group_id=group.pk, after={"lines": len(found) - 1})
    return made, True


def set_columns(*, row: AnswerImport, mapping: Mapping[int, str], by: User) -> None:
    """Which column goes where. Raises Forbidden, NotOpen, Unfit."""
    access.demand(by, GroupRight.EDIT, row.group)
    if not {NAME, ACCOUNT} & set(mapping.values()):
        raise Unfit(_("Choose a column that says who a line is about: nickname or account."))
    if len(set(mapping.values())) != len(mapping):
        raise Unfit(_("Choose no field twice."))
    with transaction.atomic():
        stored = _opened(row)
        stored.mapping = {str(place): target for place, target in mapping.items()}
        stored.save(update_fields=["mapping"])
    row.mapping = stored.mapping


def _opened(row: AnswerImport) -> AnswerImport:
    stored = AnswerImport.objects.select_for_update().get(pk=row.pk)
    if stored.state != ImportState.PREVIEWED:
        raise NotOpen(_("This import is settled. Bring the file in again to look at it anew."))
    return stored


def preview(row: AnswerImport) -> list[Judged]:
    """What each line comes to now; nothing of one that is settled. A constant number of queries for the group."""
    content = secretbox.unseal(row.sealed).get("lines", [])
    mapping = {int(place): str(target) for place, target in row.mapping.items()}
    fields = ProfileField.objects.in_bulk([int(target) for target in mapping.values() if target.isdecimal()])
    accounts = [place for place, target in mapping.items() if target == ACCOUNT]
    ids = {cells[place].strip() for _number, cells in content for place in accounts if place < len(cells)}
    known = importing.known(row.group, importing.realm_of(row.group), ids - {""})
    stands = FieldValue.objects.filter(membership__group=row.group, field__in=list(fields), current=True)
    now = {(value.membership_id, value.field_id): queries.plain(value) for value in stands.iterator(chunk_size=PART)}
    return judge(content, mapping, {pk: queries.asked(field) for pk, field in fields.items()}, known, now)


def take_over(*, row: AnswerImport, by: User, at: datetime) -> int:
    """Take over what fits of whom we know, all of it or nothing; the rest is left out. Returns how many values are new.

    Raises Forbidden, NotOpen.
    """
    access.demand(by, GroupRight.EDIT, row.group)
    with transaction.atomic():
        stored = _opened(row)
        judged = preview(stored)
        fields = ProfileField.objects.in_bulk({pk for line in judged for pk in line.said})
        said = [
            Said(line.who.membership, fields[pk], value)
            for line in judged
            if line.outcome == Outcome.NEW and line.who is not None and line.who.membership is not None
            for pk, value in line.said.items()
        ]
        made = values.keep(said=said, at=at, brought=stored, by=by)
        stored.state, stored.settled_at, stored.sealed = ImportState.APPLIED, at, ""
        stored.counts = stored.counts | _counts(judged) | {"values": len(made)}
        stored.save(update_fields=["state", "settled_at", "sealed", "counts"])
        record.audit(by=by, verb="answers.apply", target=stored, at=at, group_id=stored.group_id, after=stored.counts)
    return len(made)


def _counts(judged: list[Judged]) -> dict[str, int]:
    return {outcome.value: sum(line.outcome == outcome for line in judged) for outcome in Outcome}


def drop(*, row: AnswerImport, by: User, at: datetime) -> None:
    """Put it away; what it said is forgotten, and the file may be brought in again. Raises Forbidden, NotOpen."""
    access.demand(by, GroupRight.EDIT, row.group)
    with transaction.atomic():
        stored = _opened(row)
        stored.state, stored.settled_at, stored.sealed = ImportState.DROPPED, at, ""
        stored.save(update_fields=["state", "settled_at", "sealed"])
        record.audit(by=by, verb="answers.drop", target=stored, at=at, group_id=stored.group_id)


def undo(*, row: AnswerImport, by: User, at: datetime) -> tuple[int, int]:
    """Take back what it brought; where it still stood, the value of before stands again. Returns (stood, said anew since).

    Raises Forbidden, NotOpen.
    """
    access.demand(by, GroupRight.EDIT, row.group)
    with transaction.atomic():
        stored = AnswerImport.objects.select_for_update().get(pk=row.pk)
        if stored.state != ImportState.APPLIED:
            raise NotOpen(_("Only what was taken over can be taken back."))
        rows = list(FieldValue.objects.filter(brought=stored))
        stood = values.take_back(rows=rows)
        stored.state, stored.settled_at = ImportState.UNDONE, at
        stored.save(update_fields=["state", "settled_at"])
        record.audit(by=by, verb="answers.undo", target=stored, at=at, group_id=stored.group_id, after={"values": len(rows)})
    return stood, len(rows) - stood
