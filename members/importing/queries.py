"""Reads of imports: which a user sees, what is known of a group before a list is compared with it, what a chat export tells."""

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group
from groupops.inbound import queries as inbound
from groupops.inbound import readers
from groupops.inbound.recording import SAID
from groupops.messaging.models import Binding
from members.models import ImportRow, Membership, Person, RosterImport
from members.rostering import ImportState, Known, Someone, Verdict

ROSTER = "roster"  # the realm of people in a group that no platform is connected to
PART = 5000  # ids in one query
KEYS = 500


def imports_for(user: User) -> QuerySet[RosterImport]:
    """The imports of the groups that a user sees."""
    rows = RosterImport.objects.filter(group__in=access.visible_to(user, sandboxes=True))
    return rows.select_related("group", "by").defer("content")


def waiting() -> list[int]:
    """The imports that are being taken over, oldest first: a killed worker's too."""
    return list(RosterImport.objects.filter(state=ImportState.APPLYING).order_by("pk").values_list("pk", flat=True))


def rows_of(roster_import: RosterImport, verdict: str) -> QuerySet[ImportRow]:
    """The lines of one verdict, in the order of the file."""
    return ImportRow.objects.filter(roster_import=roster_import, verdict=verdict)


def counts(roster_import: RosterImport) -> dict[str, int]:
    """How many lines of each verdict."""
    found = dict(roster_import.rows.order_by().values_list("verdict").annotate(n=Count("pk")))
    return {verdict.value: found.get(verdict.value, 0) for verdict in Verdict}


def realm_of(group: Group) -> str:
    """Where the ids of a list belong: the platform of the group's room, else nowhere in particular."""
    adapter = Binding.objects.filter(group=group).values_list("connection__adapter", flat=True).first()
    return str(adapter or ROSTER)


def known(group: Group, realm: str, remote_ids: Collection[str]) -> Known:
    """The members of the group, and everybody in `realm` under these ids. A merged identity stands for the human."""
    head = Coalesce(F("person__merged_into"), F("person"))
    rows = Membership.objects.filter(group=group, same_as=None).annotate(head=head).order_by("pk")
    names = ("head", "person__remote_id", "person__merged_into__name", "person__name", "pk", "left_at")
    members = dict[int, Someone]()
    for person, remote_id, merged_name, name, membership, left_at in rows.values_list(*names):
        someone = Someone(person, remote_id, merged_name or name, membership, left_at is None)
        if person not in members or (someone.present and not members[person].present):
            members[person] = someone
    return Known(list(members.values()), {someone.remote_id: someone for someone in _others(realm, sorted(set(remote_ids)))})


def _others(realm: str, remote_ids: list[str]) -> Iterable[Someone]:
    for start in range(0, len(remote_ids), PART):
        found = Person.objects.filter(realm=realm, remote_id__in=remote_ids[start : start + PART])
        for pk, merged, remote_id, name in found.values_list("pk", "merged_into", "remote_id", "name"):
            yield Someone(merged or pk, remote_id, name)


def survey(path: Path, binding: Binding, *, at: datetime, day: str) -> dict[str, Any]:
    """What a chat export tells, and how much of it the door knows already. Raises Unreadable, BadLine."""
    kinds, people, keys = dict[str, int](), set[str](), list[str]()
    inviters, known_, first, last, form, lines = 0, 0, None, None, "GroupOps", 0
    for line in readers.lines(path, group=binding.group, room=binding.remote_id, at=at, day=day):
        lines = max(lines, line.number)
        kind = "message" if line.kind in SAID else line.kind
        kinds[kind] = kinds.get(kind, 0) + 1
        if event := line.event:
            first, last = min(first or event.occurred_at, event.occurred_at), max(last or event.occurred_at, event.occurred_at)
            people.add(event.user)
            inviters += bool(event.operator and line.kind == "join")
            form = str(event.raw.get("format", form))
            keys.append(event.key)
        if len(keys) == KEYS:
            known_ += len(inbound.known(binding.connection_id, keys))
            keys.clear()
    known_ += len(inbound.known(binding.connection_id, keys))
    return {
        "format": form,
        "lines": lines,
        "messages": kinds.get("message", 0),
        "people": len(people),
        "joins": kinds.get("join", 0),
        "leaves": kinds.get("leave", 0),
        "renames": kinds.get("rename", 0) + kinds.get("title", 0),
        "invited": inviters,
        "first": first.isoformat() if first else "",
        "last": last.isoformat() if last else "",
        "known": known_,
    }
