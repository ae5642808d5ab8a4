"""A person says stop, and later: go on. Listening goes on all the time, and so does lifting mutes and bans."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.messaging import queries
from groupops.messaging.holding import Place, at_place
from groupops.messaging.models import Connection, Delivery, Pause
from groupops.messaging.moves import move
from groupops.messaging.policy import UNDO_FOR, DeliveryState, Sort
from groupops.messaging.services.connections import reopen
from groupops.record import services as record
from groupops.shared.errors import Forbidden, Invalid

# Who plans content may stop it; to stop the rules from being enforced is to change the group.
PAUSE_RIGHTS = {Sort.SPEAKING: GroupRight.CONTENT, Sort.ENFORCING: GroupRight.EDIT}
SPREAD = gettext_noop("A pause is over: what waited leaves one after another.")
ASKED = gettext_noop("It waited during a pause: a person decides whether it still goes out.")
DROPPED = gettext_noop("It waited during a pause, and was dropped when that was over.")


class Afterwards(models.TextChoices):
    """What becomes of the deliveries that waited during a pause."""

    SPREAD = "spread", gettext_lazy("Send them, one after another")
    ASK = "ask", gettext_lazy("Decide about each at the send desk")
    DROP = "drop", gettext_lazy("Do not send them")


class NothingChosen(Invalid):
    """A pause that stops nothing."""


def pause(*, place: Place, sorts: Collection[Sort], reason: str = "", by: User, at: datetime) -> list[Pause]:
    """Hold back speaking, enforcing or both, of everything (None), a channel or a group; returns the pauses that are new.

    What is claimed already is stopped too, up to the call itself. Raises Forbidden, NothingChosen.
    """
    demand(by, place, sorts)
    if not sorts:
        raise NothingChosen(_("Choose what is to stop."), field="sorts")
    scope = {"connection": place if isinstance(place, Connection) else None, "group": place if isinstance(place, Group) else None}
    with transaction.atomic():
        found = [Pause.objects.get_or_create(sort=sort, **scope, defaults={"reason": reason[:200], "by": by, "at": at}) for sort in sorts]
        new = [made for made, is_new in found if is_new]
        if new:
            _audit(place or new[0], "pause", [made.sort for made in new], {"reason": reason[:200]}, by, at)
    return new


def resume(*, place: Place, sorts: Collection[Sort], afterwards: Afterwards = Afterwards.SPREAD, by: User, at: datetime) -> int | None:
    """Let it go on; a channel that was lost is used again, too. What waited goes the way that was chosen; what lapsed stays missed.

    Returns how many deliveries that concerned; None where nothing stood still. Raises Forbidden.
    """
    demand(by, place, sorts)
    with transaction.atomic():
        pauses = list(Pause.objects.select_for_update().filter(at_place(place), sort__in=sorts))
        lost = isinstance(place, Connection) and place.paused
        if not pauses and not lost:
            return None
        # Read before the pauses go; until this commits nobody claims these rows.
        waited = list(queries.would_leave(place, sorts, at=at).select_related("group__kind").select_for_update(of=("self",)))
        if isinstance(place, Connection):
            reopen(place, at=at)
        Pause.objects.filter(pk__in=[row.pk for row in pauses]).delete()
        WAYS[afterwards](waited, at)
        _audit(place or pauses[0], "resume", [row.sort for row in pauses], {"afterwards": afterwards, "deliveries": len(waited)}, by, at)
    return len(waited)


def demand(by: User, place: Place, sorts: Iterable[Sort]) -> None:
    """Raise Forbidden, naming the missing right, unless `by` may stop and start this."""
    if isinstance(place, Group):
        for sort in sorts:
            access.demand(by, PAUSE_RIGHTS[sort], place)
    elif not by.has_right(Right.MANAGE_CONNECTIONS):
        raise Forbidden(_("Only an operator or a founder stops and starts channels."))


def _spread(rows: list[Delivery], at: datetime) -> None:
    """Each channel's rows one after another, by the gap of the policy; the first at once."""
    gaps = groups.policies_for("delivery.pauses", {row.group_id: row.group for row in rows}.values())
    wait: dict[int | None, timedelta] = defaultdict(timedelta)
    for row in rows:
        row.not_before, row.why = at + wait[row.connection_id], row.why or SPREAD
        wait[row.connection_id] += gaps[row.group_id].gap
    Delivery.objects.bulk_update(rows, ["not_before", "why"], batch_size=500)


def _ask(rows: list[Delivery], at: datetime) -> None:
    for row in rows:
        move(row, DeliveryState.WAITING_PERSON, at=at, why=ASKED)


def _drop(rows: list[Delivery], at: datetime) -> None:
    """Each can be taken back on its page, for as long as any decision."""
    for row in rows:
        move(row, DeliveryState.CANCELLED, at=at, why=DROPPED, undo_state=row.state, undo_until=at + UNDO_FOR)


WAYS = {Afterwards.SPREAD: _spread, Afterwards.ASK: _ask, Afterwards.DROP: _drop}
VERBS = {
    ("pause", Connection): "connection.pause",
    ("resume", Connection): "connection.resume",
    ("pause", Group): "group.pause_sending",
    ("resume", Group): "group.resume_sending",
    ("pause", Pause): "pause.start",
    ("resume", Pause): "pause.end",
}


def _audit(target: Connection | Group | Pause, act: str, sorts: list[str], after: dict[str, Any], by: User, at: datetime) -> None:
    group_id = target.pk if isinstance(target, Group) else None
    record.audit(by=by, verb=VERBS[act, type(target)], target=target, at=at, after={"sorts": sorts} | after, group_id=group_id)
