"""Marks on things of 今日待办: take on, give away, put off, take back; and the sweep of those whose thing is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.dashboard import queries
from groupops.dashboard.models import TaskMark
from groupops.dashboard.policy import FORGET, KEEP, KEY_LENGTH
from groupops.record import services as record
from groupops.shared import live
from groupops.shared.errors import Conflict, Forbidden, Invalid
from groupops.shared.today import TodayItem

SWEPT = 500  # marks a sweep looks at


class OnlyReads(Forbidden):
    """A viewer takes nothing on."""


class NotForThem(Conflict):
    """The colleague does not see the thing, or does nothing here."""


class NoKey(Invalid):
    """The thing has no name to remember it by."""


class ChangedSince(Conflict):
    """Somebody has marked the thing anew: taking the older mark back would undo theirs."""


@dataclass(frozen=True)
class Before:
    """What a thing carried before an act that happened at `at`: what undoing it restores."""

    key: str
    assignee: int | None
    snoozed_until: datetime | None
    at: datetime


def assign(*, item: TodayItem, to: User | None, sees: frozenset[str], by: User, at: datetime) -> Before:
    """Give a thing to somebody (None: to nobody). `sees` are the keys of what they see. Raises OnlyReads, NotForThem, NoKey."""
    if to is not None and (not to.is_active or to.role == Role.VIEWER or item.key not in sees):
        raise NotForThem(_("%(name)s does not see this, so it cannot be theirs.") % {"name": to})
    return _mark(item, "task.assign", by=by, at=at, assignee=to)


def snooze(*, item: TodayItem, until: datetime, by: User, at: datetime) -> Before:
    """Put a thing off: it comes back by itself. Raises OnlyReads, NoKey, Invalid."""
    if until <= at:
        raise Invalid(_("This time has passed. Choose a later one."))
    return _mark(item, "task.snooze", by=by, at=at, snoozed_until=until)


def wake(*, item: TodayItem, by: User, at: datetime) -> Before:
    """Bring a thing that sleeps back at once. Raises OnlyReads, NoKey."""
    return _mark(item, "task.wake", by=by, at=at, snoozed_until=None)


def restore(*, before: Before, by: User, at: datetime) -> None:
    """Take an act back, unless somebody has marked the thing since. Raises ChangedSince."""
    with transaction.atomic():
        mark = TaskMark.objects.select_for_update().filter(key=before.key, at=before.at).first()
        if mark is None:
            raise ChangedSince(_("Somebody has changed this since; nothing was taken back."))
        mark.assignee_id, mark.snoozed_until, mark.by, mark.at = before.assignee, before.snoozed_until, by, at
        mark.save()
        record.audit(by=by, verb="task.undo", target=mark, at=at)
        live.publish(live.MARKS)


def _mark(item: TodayItem, verb: str, *, by: User, at: datetime, **values: Any) -> Before:
    if by.role == Role.VIEWER:
        raise OnlyReads(_("Your role only reads."))
    if not 0 < len(item.key) <= KEY_LENGTH:
        raise NoKey(_("This can only be dealt with on its own page."))
    with transaction.atomic():
        mark, _made = TaskMark.objects.select_for_update().get_or_create(key=item.key, defaults={"by": by, "at": at})
        before = Before(mark.key, mark.assignee_id, mark.snoozed_until, at)
        for name, value in (values | {"by": by, "at": at}).items():
            setattr(mark, name, value)
        mark.save()
        after = {"task": str(item.text), "group": item.group} | {name: _plain(value) for name, value in values.items()}
        record.audit(by=by, verb=verb, target=mark, at=at, after=after, group_id=item.group_ids[0] if len(item.group_ids) == 1 else None)
        live.publish(live.MARKS)
    return before


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, User) else value


def sweep(*, at: datetime) -> int:
    """Forget marks of things that are gone: nobody who marks or founds sees them any more. Returns how many.

    A thing beyond a source's limit is not seen either, so while any source is full, marks only go by age.
    """
    stale = TaskMark.objects.filter(at__lt=at - KEEP).filter(Q(snoozed_until=None) | Q(snoozed_until__lt=at))
    marks = list(stale.select_related("by").order_by("at")[:SWEPT])
    if not marks:
        return 0
    alive, full = _alive({mark.by for mark in marks}, at)
    gone = [mark.pk for mark in marks if mark.at < at - FORGET or not (full or mark.key in alive)]
    return TaskMark.objects.filter(pk__in=gone, at__lt=at - KEEP).delete()[0]


def _alive(people: Iterable[User], at: datetime) -> tuple[set[str], bool]:
    founder = User.objects.filter(role=Role.FOUNDER, is_active=True).order_by("pk").first()
    alive, full = set(), False
    for person in {*people, founder} - {None}:
        items, more = queries.items_of(person, at) if person else ([], frozenset())
        alive |= {item.key for item in items}
        full = full or bool(more)
    return alive, full
