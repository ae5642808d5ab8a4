"""The same text in the same place from another intention: said already, or on its way."""

from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db.models import Q, QuerySet

from groupops.messaging.adapter import SAYING
from groupops.messaging.holding import APART
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, Step, text_key

S = DeliveryState


def same_text(*, group_id: int, text: str, since: datetime, user: str = "") -> QuerySet[Delivery]:
    """Deliveries that said this text in the group (to `user` privately) since then, or are about to; newest first."""
    said = Delivery.objects.filter(group=group_id, user=user, text_key=text_key(text), operation__in=SAYING)
    return said.filter(_said(since)).order_by("-due_at", "-pk")


def _said(since: datetime) -> Q:
    """In the room, perhaps in the room, being sent, or in a person's hands there."""
    by_hand = Q(state=S.WAITING_PERSON) & (Q(attempts__gt=0) | Q(step=Step.BY_HAND))
    under_way = Q(state__in=(S.UNKNOWN, S.CLAIMED)) | by_hand
    return Q(state=S.SENT, settled_at__gt=since) | (under_way & Q(due_at__gt=since))


def no_other() -> str:
    """`before` finding nothing for one row of the deliveries, as SQL: a query that is built anew costs more than it takes.

    Its parameters are those of `parameters`. A test compares the two.
    """
    rows, saying = Delivery._meta.db_table, ", ".join(f"'{operation.value}'" for operation in SAYING)
    by_hand = f"o.state = '{S.WAITING_PERSON.value}' AND (o.attempts > 0 OR o.step = '{Step.BY_HAND.value}')"
    under_way = f"(o.state IN ('{S.UNKNOWN.value}', '{S.CLAIMED.value}') OR {by_hand}) AND o.due_at > %s"
    return f"""
        NOT EXISTS (SELECT 1 FROM {rows} o WHERE o.text_key = %s AND o.text_key <> ''
        AND o.group_id = {rows}.group_id AND o."user" = {rows}."user"
        AND o.operation IN ({saying}) AND (o.state = '{S.SENT.value}' AND o.settled_at > %s OR {under_way})
        AND NOT (o.purpose = {rows}.purpose AND o.subject_id = {rows}.subject_id)
        AND NOT (o.state = '{S.CLAIMED.value}' AND o.id > {rows}.id) {APART})
    """.strip()  # noqa: S608  (our own names)


def parameters(delivery: Delivery, *, since: datetime) -> list[Any]:
    """Of `no_other`."""
    moment = Delivery._meta.get_field("due_at").get_db_prep_value(since, database)
    return [text_key(delivery.text), moment, moment]


def before(delivery: Delivery, *, since: datetime) -> QuerySet[Delivery]:
    """Those that make this one a repeat, newest first. Of two that leave at once, the one written first goes."""
    others = same_text(group_id=delivery.group_id, text=delivery.text, since=since, user=delivery.user)
    itself, later = Q(purpose=delivery.purpose, subject_id=delivery.subject_id), Q(state=S.CLAIMED, pk__gt=delivery.pk)
    return others.exclude(itself | later)
