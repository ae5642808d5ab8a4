"""Take a list back, as far as nothing happened since."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import bulk
from members import services as members
from members.importing.services.settling import NotOpen
from members.models import FormerName, ImportRow, Membership, Person, RosterImport
from members.rostering import ImportSort, ImportState
from members.services import STAY

PART = 2000


def undo(*, roster_import: RosterImport, by: User, at: datetime) -> tuple[int, int]:
    """Put back what a list changed; returns how many lines were put back, and how many not, because something happened since.

    Raises Forbidden, NotOpen. What a chat export told stays: its messages are what was said.
    """
    access.demand(by, GroupRight.EDIT, roster_import.group)
    with transaction.atomic():
        wanted = RosterImport.objects.select_for_update().defer("content")
        row = wanted.filter(pk=roster_import.pk, sort=ImportSort.TABLE, state=ImportState.APPLIED).first()
        if row is None:
            raise NotOpen(_("Only a list that was taken over can be taken back."))
        Group.objects.select_for_update().get(pk=row.group_id)
        found = ImportRow.objects.filter(roster_import=row, undo__isnull=False, membership__isnull=False)
        lines = [(int(pk), dict(line)) for pk, line in found.values_list("membership_id", "undo") if line]
        done = _restore(lines, row)
        members.resize(group_ids=[row.group_id])
        row.state = ImportState.UNDONE
        row.counts = {**row.counts, "undone": done, "kept": len(lines) - done}
        row.save(update_fields=["state", "counts"])
        record.audit(by=by, verb="import.undo", target=row, at=at, after={"undone": done}, group_id=row.group_id)
    return done, len(lines) - done


def _restore(lines: list[tuple[int, dict[str, Any]]], row: RosterImport) -> int:
    stays = {
        pk: _plain(values)
        for pk, *values in Membership.objects.select_for_update().filter(group=row.group_id).order_by("pk").values_list("pk", *STAY)
    }
    same = [(pk, line) for pk, line in lines if pk in stays and (line["is"] is None or stays[pk] == _plain(line["is"]))]
    back = [(pk, *_times(line["was"])) for pk, line in same if line["was"]]
    bulk.update(Membership, STAY, back)
    made = {pk: line["person"] for pk, line in same if line["is"] and not line["was"]}
    gone = _delete(Membership, list(made))
    _delete(Person, [line["person"] for pk, line in same if pk in gone and line["made"]])
    renamed = [line for _pk, line in same if line["name"]]
    _names(renamed, row)
    return sum(1 for pk, line in same if line["was"] or line["name"] or pk in gone)


def _names(renamed: list[dict[str, Any]], row: RosterImport) -> None:
    """Old names again, where the person bears the one that the list gave."""
    pks = [line["person"] for line in renamed]
    present = dict(Person.objects.filter(pk__in=pks, named_at=row.settled_at or row.at).values_list("pk", "name")) if pks else {}
    back = [line for line in renamed if present.get(line["person"]) == line["name"][1]]
    names_of = [(line["person"], line["name"][0], datetime.fromisoformat(line["name"][2])) for line in back]
    bulk.update(Person, ["name", "named_at"], names_of)
    names = {(line["person"], line["name"][0]) for line in back}
    former = FormerName.objects.filter(person__in=[person for person, _name in names], until=row.settled_at or row.at)
    FormerName.objects.filter(pk__in=[found.pk for found in former if (found.person_id, found.name) in names]).delete()


def _delete(model: type[Model], pks: list[int]) -> set[int]:
    """Delete those of these rows to which nothing was hung since; returns which."""
    gone = set[int]()
    for start in range(0, len(pks), PART):
        free = list(_untouched(model, pks[start : start + PART]).values_list("pk", flat=True))
        model._default_manager.filter(pk__in=free).delete()
        gone |= set(free)
    return gone


def _untouched(model: type[Model], pks: list[int]) -> QuerySet[Any]:
    rows = model._default_manager.filter(pk__in=pks)
    for relation in model._meta.related_objects:
        if relation.related_model is not ImportRow and not relation.many_to_many:
            rows = rows.exclude(Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})))
    return rows


def _plain(values: list[Any]) -> list[Any]:
    """Times as moments, whatever zone they are written in."""
    return [value.timestamp() if isinstance(value, datetime) else value for value in _times(values)]


def _times(values: list[Any]) -> list[Any]:
    return [datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 18 else value for value in values]
