"""Reads of pauses: what stands still, since when and why, and what would leave at once if it went on."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.models import Group
from groupops.messaging import holding, repeats
from groupops.messaging.models import Connection, Delivery, Pause
from groupops.messaging.policy import UNSENT, Sort


def pauses_at(place: holding.Place) -> QuerySet[Pause]:
    """The pauses of a place itself, speaking last."""
    return Pause.objects.filter(holding.at_place(place)).select_related("by").order_by("sort")


def pauses_for(user: User) -> QuerySet[Pause]:
    """The pauses a user may know of: of everything, of the groups they see, of channels for those who manage them."""
    seen = Q(connection=None, group=None) | Q(group__in=access.visible_to(user))
    if user.has_right(Right.MANAGE_CONNECTIONS):
        seen |= Q(connection__isnull=False)
    return Pause.objects.filter(seen).select_related("by", "connection", "group")


def would_leave(place: holding.Place, sorts: Collection[Sort], *, at: datetime) -> QuerySet[Delivery]:
    """What would leave now if these pauses of the place were over, oldest first; not what another pause holds back all the same."""
    own = pauses_at(place).filter(sort__in=sorts).values_list("pk", flat=True)
    now = Q(not_before=None) | Q(not_before__lte=at)
    open_yet = Q(expires_at=None) | Q(expires_at__gt=at)
    rows = Delivery.objects.filter(now, open_yet, holding.within(place), state__in=UNSENT, due_at__lte=at, connection__isnull=False)
    rows = rows.exclude(group__lifecycle__in=holding.SILENT).filter(~holding.held(apart_from=list(own)))
    if isinstance(place, Connection) and place.paused:  # a lost channel holds everything back, also what no pause stops
        return rows.order_by("due_at", "pk")
    return rows.filter(operation__in=holding.operations(sorts), connection__paused=False).order_by("due_at", "pk")


def same_text(group: Group, text: str, *, at: datetime, since: datetime) -> QuerySet[Delivery]:
    """What said this text in the group since then, or is about to: for a warning while a person writes."""
    return repeats.same_text(group_id=group.pk, text=text, since=since).filter(due_at__lte=at)
