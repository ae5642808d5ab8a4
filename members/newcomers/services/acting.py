"""One act on several newcomers, and its undo: what was done, and what was not and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared.errors import Refused
from members.arriving import Acknowledged
from members.care import services as care
from members.caring import CareState
from members.models import CareTask, Newcomer
from members.newcomers.lists import SORTS
from members.newcomers.services import greeting, hearing, judging
from members.newcomers.services.judging import SaidAlready


class Act(StrEnum):
    """What a person can say of a newcomer on the board."""

    INTRODUCED = "introduced"
    ANSWERED = "answered"
    READ = "read"
    GREETED = "greeted"
    TASKS = "tasks"


@dataclass
class Many:
    """Who was done, with what an undo needs to know; who was not, and why."""

    done: list[tuple[int, list[int]]] = field(default_factory=list)
    skipped: list[tuple[str, str | Promise]] = field(default_factory=list)


def act(*, newcomers: Sequence[Newcomer], what: Act, by: User, at: datetime) -> Many:
    """Do it to each that `by` may care for; one that is refused does not stop the others."""
    return _each(newcomers, lambda row: _DO[what](row, by, at))


def undo(*, newcomers: Sequence[Newcomer], what: Act, touched: dict[int, list[int]], by: User, at: datetime) -> Many:
    """Take it back; `touched` holds what was settled for each, by the newcomer's pk."""
    return _each(newcomers, lambda row: _UNDO[what](row, touched.get(row.pk, []), by, at))


def act_one(*, newcomer: Newcomer, what: Act, by: User, at: datetime) -> None:
    """Do it to one. Raises Forbidden, SaidAlready, NoRules."""
    with transaction.atomic():
        _DO[what](newcomer, by, at)


def undo_one(*, newcomer: Newcomer, what: Act, by: User, at: datetime) -> None:
    """Take back for one what a person said. Raises Forbidden, SaidAlready."""
    with transaction.atomic():
        _UNDO[what](newcomer, [], by, at)


def _each(rows: Sequence[Newcomer], work: Callable[[Newcomer], list[int]]) -> Many:
    result = Many()
    for row in rows:
        try:
            with transaction.atomic():
                result.done.append((row.pk, work(row)))
        except Refused as refusal:
            result.skipped.append((row.membership.person.name, refusal.message))
    return result


def _introduced(row: Newcomer, by: User, at: datetime) -> list[int]:
    judging.mark_introduced(newcomer=row, by=by, at=at)
    return []


def _answered(row: Newcomer, by: User, at: datetime) -> list[int]:
    judging.mark_answered(newcomer=row, by=by, at=at)
    return []


def _read(row: Newcomer, by: User, at: datetime) -> list[int]:
    access.demand(by, GroupRight.CARE, row.group)
    found = hearing.acknowledge(membership=row.membership, how=Acknowledged.HAND, by=by, at=at)
    if found.at != at or found.by_id != by.pk:
        raise SaidAlready(_("They have read the rules already."))
    return []


def _greeted(row: Newcomer, by: User, at: datetime) -> list[int]:
    if not greeting.greet_one(newcomer=row, by=by, at=at):
        raise SaidAlready(_("Somebody has greeted them already."))
    return []


def _tasks(row: Newcomer, by: User, at: datetime) -> list[int]:
    access.demand(by, GroupRight.CARE, row.group)
    open_ = CareTask.objects.filter(membership=row.membership_id, sort__in=SORTS, state=CareState.OPEN)
    done = care.settle(pks=list(open_.values_list("pk", flat=True)), to=CareState.DONE, by=by, at=at)
    if not done:
        raise SaidAlready(_("Nothing is to be done for them now."))
    return [task.pk for task in done]


_DO: dict[Act, Callable[[Newcomer, User, datetime], list[int]]] = {
    Act.INTRODUCED: _introduced,
    Act.ANSWERED: _answered,
    Act.READ: _read,
    Act.GREETED: _greeted,
    Act.TASKS: _tasks,
}


def _not_introduced(row: Newcomer, _touched: list[int], by: User, at: datetime) -> list[int]:
    judging.unmark_introduced(newcomer=row, by=by, at=at)
    return []


def _not_answered(row: Newcomer, _touched: list[int], by: User, at: datetime) -> list[int]:
    judging.unmark_answered(newcomer=row, by=by, at=at)
    return []


def _not_read(row: Newcomer, _touched: list[int], by: User, at: datetime) -> list[int]:
    access.demand(by, GroupRight.CARE, row.group)
    hearing.unacknowledge(membership=row.membership, by=by, at=at)
    return []


def _not_greeted(row: Newcomer, _touched: list[int], by: User, at: datetime) -> list[int]:
    access.demand(by, GroupRight.CARE, row.group)
    greeting.ungreet(group=row.group, memberships=[row.membership_id], by=by, at=at)
    return []


def _tasks_open(row: Newcomer, touched: list[int], by: User, at: datetime) -> list[int]:
    access.demand(by, GroupRight.CARE, row.group)
    care.settle(pks=touched, to=CareState.OPEN, by=by, at=at)
    return touched


_UNDO: dict[Act, Callable[[Newcomer, list[int], User, datetime], list[int]]] = {
    Act.INTRODUCED: _not_introduced,
    Act.ANSWERED: _not_answered,
    Act.READ: _not_read,
    Act.GREETED: _not_greeted,
    Act.TASKS: _tasks_open,
}
