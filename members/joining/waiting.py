"""The line of those who wait for a place: joined once, called in order when there is room, told by a person, forgotten in time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import secretbox
from groupops.shared.errors import Conflict
from groupops.shared.masking import masked
from members.entering import CONTACT_KEPT, WaitingState, digest_of
from members.joining import queries
from members.models import JoinCode, JoinTarget, Waiting

MOST = 5000  # in one line: beyond that it is no line
VERBS = {WaitingState.JOINED: "waiting.joined", WaitingState.DROPPED: "waiting.drop", WaitingState.WAITING: "waiting.restore"}


class LineFull(Conflict):
    """Too many wait already."""


def wait(*, code: JoinCode, name: str, contact: str, at: datetime) -> Waiting:
    """A place at the end of the line; who waits already keeps their place. Raises LineFull."""
    digest = digest_of(contact)
    standing = Waiting.objects.filter(code=code, contact_digest=digest, state__in=[WaitingState.WAITING, WaitingState.CALLED])
    if known := standing.first():
        return known
    if Waiting.objects.filter(code=code, state=WaitingState.WAITING).count() >= MOST:
        raise LineFull(_("The waiting list is closed for now. Try again in some days."))
    sealed = secretbox.seal({"contact": contact.strip()})
    try:
        with transaction.atomic():
            return Waiting.objects.create(
                code=code, name=name, contact=sealed, contact_shown=masked(contact.strip()), contact_digest=digest, created_at=at
            )
    except IntegrityError:  # the same person, sent twice at once
        return standing.get()


def call(*, at: datetime) -> int:
    """Give each free place to the first who waits for it; returns how many were called. Twice at once calls nobody twice."""
    codes = JoinCode.objects.filter(pk__in=Waiting.objects.filter(state=WaitingState.WAITING).values("code"), archived=False).order_by("pk")
    return sum(_call(code, at) for code in codes)


def _call(code: JoinCode, at: datetime) -> int:
    with transaction.atomic():
        JoinCode.objects.select_for_update().get(pk=code.pk)
        targets = list(JoinTarget.objects.filter(code=code).select_related("group__kind").order_by("position"))
        room = _room(targets, at)
        line = Waiting.objects.filter(code=code, state=WaitingState.WAITING).order_by("created_at", "pk")
        called = 0
        for row in line[: sum(room.values())]:
            group_id = next(pk for pk, free in room.items() if free)
            room[group_id] -= 1
            called += Waiting.objects.filter(pk=row.pk, state=WaitingState.WAITING).update(
                state=WaitingState.CALLED, group=group_id, called_at=at
            )
    return called


def _room(targets: list[JoinTarget], at: datetime) -> dict[int, int]:
    """How many may be called into each group, in the code's order: its room, less those called there by any code."""
    doors = queries.doors([target.group for target in targets])
    held: defaultdict[int, int] = defaultdict(int)
    for row in Waiting.objects.filter(state=WaitingState.CALLED, group__in=list(doors)).values("group").annotate(n=Count("pk")):
        held[row["group"]] = row["n"]
    return {target.group_id: max(doors[target.group_id].room(at) - held[target.group_id], 0) for target in targets}


def told(*, pks: Collection[int], by: User, at: datetime) -> list[Waiting]:
    """A person has told them that there is room; returns those who had not been told."""
    with transaction.atomic():
        rows = list(_mine(pks, by).filter(state=WaitingState.CALLED, told_at=None))
        for row in rows:
            row.told_at = at
            row.save(update_fields=["told_at"])
            record.audit(by=by, verb="waiting.told", target=row, at=at, group_id=row.group_id)
    return rows


def untell(*, pks: Collection[int], by: User, at: datetime) -> list[Waiting]:
    """Take `told` back; returns those who are still called and had been told."""
    with transaction.atomic():
        rows = list(_mine(pks, by).filter(state=WaitingState.CALLED, told_at__isnull=False))
        for row in rows:
            row.told_at = None
            row.save(update_fields=["told_at"])
            record.audit(by=by, verb="waiting.untold", target=row, at=at, group_id=row.group_id)
    return rows


def settle(*, pks: Collection[int], to: WaitingState, by: User, at: datetime) -> list[Waiting]:
    """They came in, no longer wait, or wait again at their old place; returns those that changed."""
    if to not in VERBS:
        raise ValueError(f"{to!r} is for `call`")
    with transaction.atomic():
        rows = list(_mine(pks, by).exclude(state=to))
        for row in rows:
            before, row.state = row.state, to
            row.settled_at = None if to == WaitingState.WAITING else at
            if to == WaitingState.WAITING:
                row.group = row.called_at = row.told_at = None
            row.save(update_fields=["state", "settled_at", "group", "called_at", "told_at"])
            record.audit(by=by, verb=VERBS[to], target=row, at=at, group_id=row.group_id, before={"state": before}, after={"state": to})
    return rows


def leave(*, row: Waiting, at: datetime) -> None:
    """The person gives the place up."""
    Waiting.objects.filter(pk=row.pk, state__in=[WaitingState.WAITING, WaitingState.CALLED]).update(
        state=WaitingState.DROPPED, settled_at=at
    )


def reveal(*, row: Waiting, by: User, at: datetime) -> str:
    """How to reach them, in full; who looked is noted. Empty once it is forgotten."""
    with transaction.atomic():
        record.audit(by=by, verb="waiting.reveal", target=row, at=at, group_id=row.group_id)
    return str(secretbox.unseal(row.contact).get("contact", ""))


def forget(*, at: datetime) -> int:
    """Drop what the waiting left to be reached by, after 30 days, or once they came in or gave up; returns how many."""
    over = Q(created_at__lte=at - CONTACT_KEPT) | Q(
        state__in=[WaitingState.JOINED, WaitingState.DROPPED], settled_at__lte=at - CONTACT_KEPT / 10
    )
    return Waiting.objects.filter(over).exclude(contact="").update(contact="", contact_shown="", contact_digest="")


def _mine(pks: Collection[int], by: User) -> QuerySet[Waiting]:
    """Those whom `by` may care for: on every group of the code."""
    foreign = JoinTarget.objects.exclude(group__in=access.groups_with(by, GroupRight.CARE))
    return Waiting.objects.select_for_update(of=("self",)).filter(pk__in=pks).exclude(code__in=foreign.values("code")).order_by("pk")
