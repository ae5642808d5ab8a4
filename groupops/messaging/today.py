"""Remind: what waits for a person's hands, one item a card; deliveries that are unknown, failed or missed; groups without a room."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.accounts.standing import Standing
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.policy import Lifecycle
from groupops.groups.today import together
from groupops.messaging import queries, wording
from groupops.messaging.models import Delivery
from groupops.messaging.policy import Decision, DeliveryState
from groupops.messaging.rights import right_for
from groupops.shared.addresses import address
from groupops.shared.today import LIMIT, TodayItem

S = DeliveryState
LOOK_BACK = timedelta(days=3)  # an older failure is history, not a task
HURRY = timedelta(minutes=15)  # before it lapses
MOST = 200  # deliveries that are put together to cards
# What stands there, and the decision of its key: what is looked up is confirmed, what certainly failed goes again, what is over stays.
TROUBLE: dict[str, tuple[Promise, Decision, Promise]] = {
    S.UNKNOWN: (_("Look whether this was sent"), Decision.SENT, _("It was sent")),
    S.FAILED: (_("This could not be sent"), Decision.AGAIN, _("Send again")),
    S.MISSED: (_("This was missed"), Decision.CANCEL, _("Leave it")),
}


def _deliveries(user: User, at: datetime, states: Sequence[str]) -> QuerySet[Delivery]:
    """In time order, so many that a screenful of cards comes of them."""
    rows = Delivery.objects.filter(state__in=states, due_at__gte=at - LOOK_BACK, group__in=access.visible_to(user))
    return rows.select_related("group", "connection").order_by("due_at", "pk")[:MOST]


IN_HAND = Standing(lambda user, at: _deliveries(user, at, (S.WAITING_PERSON,)))
IN_TROUBLE = Standing(lambda user, at: _deliveries(user, at, tuple(TROUBLE)))


def source(user: User, at: datetime) -> list[TodayItem]:
    """For those who may decide about them; a viewer reads all. Three queries, however many groups."""
    waiting, trouble = IN_HAND(user, at), IN_TROUBLE(user, at)
    rights = access.rights_on(user, {row.group_id: row.group for row in (*waiting, *trouble)}.values())
    reads = Role(user.role) == Role.VIEWER

    def mine(row: Delivery) -> bool:
        return reads or right_for(row.operation) in rights[row.group_id]

    cards = [_card(stack, at) for stack in queries.stacks(filter(mine, waiting))][:LIMIT]
    return cards + [_trouble(row) for row in trouble if mine(row)][:LIMIT] + _without_room(user)


def _card(stack: Sequence[Delivery], at: datetime) -> TodayItem:
    """One card of the send desk: the page opens at it. Its key confirms it in all its groups."""
    first = stack[0]
    expires = min((row.expires_at for row in stack if row.expires_at), default=None)
    hurry = expires is not None and expires - at <= HURRY
    return TodayItem(
        key=f"send:{first.pk}",
        at=first.due_at,
        kind=first.state,
        text=wording.sentence(first),
        detail=Truncator(" ".join(first.text.split())).chars(60),
        url=f"{address('messaging:deliveries')}#card-{first.pk}",
        group=ngettext("%(group)s", "%(group)s and %(n)d more", len(stack)) % {"group": first.group.name, "n": len(stack) - 1},
        group_ids=tuple(row.group_id for row in stack),
        urgent=hurry,
        done_url=address("messaging:act"),
        done_label=_("Sent"),
        done_fields=(("do", Decision.SENT.value), *(("pk", str(row.pk)) for row in stack)),
    )


def _trouble(row: Delivery) -> TodayItem:
    text, decision, label = TROUBLE[row.state]
    return TodayItem(
        key=f"delivery:{row.pk}",
        at=row.due_at,
        kind=row.state,
        text=text,
        detail=Truncator(" ".join(row.text.split())).chars(60),
        url=address("messaging:delivery", row.pk),
        group=row.group.name,
        group_ids=(row.group_id,),
        urgent=row.state == S.UNKNOWN,
        done_url=address("messaging:decide", row.pk, decision.value),
        done_label=label,
    )


def _without_room(user: User) -> list[TodayItem]:
    """Active groups that can only be written to by hand because nobody said which room they are; one item, however many."""
    groups = access.groups_with(user, GroupRight.BIND)
    return together(
        list(groups.filter(lifecycle=Lifecycle.ACTIVE, binding=None).order_by("created_at", "pk")[: LIMIT + 1]),
        kind="no_room",
        texts=(gettext("Choose the room of this group"), gettext("%(n)s groups have no room")),
        page="messaging:bind",
    )
