"""The welcome on its way: who is to be welcomed, one message a group and window, and what becomes of it (seed: 入群欢迎机制)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging import outbox
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import bulk
from members import holding
from members.arriving import WelcomeRule, WelcomeState
from members.models import Newcomer, Welcome, WelcomeRound
from members.newcomers import queries

PURPOSE = "welcome"
SOMEBODY_LEFT = gettext_noop("Somebody it names has left the group; it is said anew without them.")
NOBODY_LEFT = gettext_noop("Everybody it names has left the group.")
MOST_PARTS = 20  # messages of one round: each is one in which somebody left just before it was said
# Where a delivery leaves the message; every other state is still on its way.
ENDS: dict[str, WelcomeState] = {
    DeliveryState.SENT: WelcomeState.SAID,
    DeliveryState.FAILED: WelcomeState.FAILED,
    DeliveryState.MISSED: WelcomeState.MISSED,
    DeliveryState.CANCELLED: WelcomeState.CANCELLED,
}


@dataclass(frozen=True)
class Join:
    """A first join that was seen; `due_at` None: it is not welcomed."""

    membership_id: int
    group_id: int
    at: datetime
    due_at: datetime | None


def keep_joins(*, joins: Collection[Join], left: Collection[int]) -> None:
    """Newcomers, and whom to welcome; who left (memberships) before the message was written is taken out. In the caller's transaction."""
    if joins:
        bulk.insert(
            Newcomer, ["membership"], ["membership", "group", "joined_at"], [(one.membership_id, one.group_id, one.at) for one in joins]
        )
    if welcomed := [(one.membership_id, one.group_id, one.at, one.due_at) for one in joins if one.due_at]:
        bulk.insert(Welcome, ["membership"], ["membership", "group", "joined_at", "due_at"], welcomed)
    if left:
        Welcome.objects.filter(membership__in=left, state=WelcomeState.WAITING).update(state=WelcomeState.LEFT)


def say_welcomes(*, at: datetime, group_id: int | None = None) -> int:
    """One message in each group where a welcome is due, to everybody who waits there; returns how many messages.

    A group that is paused, or whose welcomes are held, waits, until the welcome's time is over. With `group_id` that group alone,
    a sandbox too.
    """
    due = queries.due_groups(at, group_id=group_id)
    held = holding.held([group.pk for group in due])
    due = [group for group in due if group.pk not in held]
    if not due:
        return 0
    rules = queries.welcome_rules([group.pk for group in due])
    return sum(_say(group, rules[group.pk], at) for group in due)


def _say(group: Group, rule: WelcomeRule, at: datetime) -> int:
    """In one transaction: a worker that dies leaves nothing, one that comes second finds nobody who waits."""
    with transaction.atomic():
        rows = queries.waiting(group)
        if not rows or rows[0].due_at > at:
            return 0
        here = _sorted_out(rows, rule, group, at)
        if not here or group.lifecycle != Lifecycle.ACTIVE:
            return 0
        first = here[0]
        silent = _crowd(first, at, rule) > rule.silent_above
        state = WelcomeState.SILENT if silent else WelcomeState.GOING
        made = WelcomeRound.objects.create(
            group=group, opened_at=first.joined_at, due_at=first.due_at, size=len(here), state=state, created_at=at
        )
        Welcome.objects.filter(pk__in=[row.pk for row in here]).update(state=state, round=made)
        if silent:
            return 0
        _out(made, queries.text_for(group, [row.membership for row in here], rule), rule, at)
    return 1


def _sorted_out(rows: Sequence[Welcome], rule: WelcomeRule, group: Group, at: datetime) -> list[Welcome]:
    """Those to be welcomed now; who left, whose time is over, or whom nobody wants to welcome any more is settled here."""
    ends: dict[WelcomeState, list[int]] = {}
    here = []
    for row in rows:
        if row.membership.left_at is not None or row.membership.rejoins:
            ends.setdefault(WelcomeState.LEFT, []).append(row.pk)
        elif not rule.on or row.membership.same_as_id:  # another identity of somebody who is there already
            ends.setdefault(WelcomeState.CANCELLED, []).append(row.pk)
        elif row.due_at + rule.expires < at or group.lifecycle == Lifecycle.ARCHIVED:
            ends.setdefault(WelcomeState.MISSED, []).append(row.pk)
        else:
            here.append(row)
    for state, pks in ends.items():
        Welcome.objects.filter(pk__in=pks).update(state=state)
    return here


def _crowd(first: Welcome, at: datetime, rule: WelcomeRule) -> int:
    """How many joined in the window and in the one before it: the end of a raid is no welcome either."""
    return Welcome.objects.filter(group=first.group_id, joined_at__gt=first.joined_at - rule.window, joined_at__lte=at).count()


def _out(made: WelcomeRound, text: str, rule: WelcomeRule, at: datetime) -> None:
    expires = made.due_at + rule.expires
    outbox.say(purpose=PURPOSE, subject_id=made.pk, group=made.group, text=text, due_at=at, expires_at=expires, at=at, part=made.parts)


def follow_delivery(*, delivery: Delivery, at: datetime) -> None:
    """A message follows its delivery, and its members follow the message. One that somebody left out of is said anew without them.

    Called inside the transaction that settles.
    """
    made = WelcomeRound.objects.select_for_update(of=("self",)).select_related("group__kind").get(pk=delivery.subject_id)
    if delivery.state == DeliveryState.CANCELLED and delivery.why == SOMEBODY_LEFT and made.parts < MOST_PARTS:
        _anew(made, at)
        return
    state = ENDS.get(delivery.state, WelcomeState.GOING)
    made.state, made.said_at = state, at if state == WelcomeState.SAID else None
    made.save(update_fields=["state", "said_at"])
    rows = made.welcomes.exclude(state=WelcomeState.LEFT)
    if state == WelcomeState.CANCELLED:
        rows.exclude(queries.stayed()).update(state=WelcomeState.LEFT)
    rows.exclude(state=WelcomeState.LEFT).update(state=state)


def _anew(made: WelcomeRound, at: datetime) -> None:
    left = made.welcomes.exclude(queries.stayed())
    Welcome.objects.filter(pk__in=list(left.values_list("pk", flat=True))).update(state=WelcomeState.LEFT)
    here = queries.still_there(made)
    if not here:
        made.state = WelcomeState.CANCELLED
        made.save(update_fields=["state"])
        return
    made.parts += 1
    made.save(update_fields=["parts"])
    rule = queries.welcome_rules([made.group_id])[made.group_id]
    _out(made, queries.text_for(made.group, here, rule), rule, at)


def freshen(*, memberships: Collection[int], at: datetime) -> int:
    """Members left: messages that name them and have not left yet (a card that waits for a person too) are said anew. Returns how many."""
    rows = WelcomeRound.objects.filter(state=WelcomeState.GOING, welcomes__membership__in=memberships)
    subjects = list(rows.values_list("pk", flat=True).distinct())
    if not subjects:
        return 0
    deliveries = Delivery.objects.select_for_update(of=("self",)).filter(purpose=PURPOSE, subject_id__in=subjects).order_by("pk")
    return sum(outbox.withdraw(delivery, why=_why(delivery), at=at) for delivery in deliveries)


def _why(delivery: Delivery) -> str:
    here = queries.still_there(WelcomeRound.objects.get(pk=delivery.subject_id))
    return SOMEBODY_LEFT if here else NOBODY_LEFT
