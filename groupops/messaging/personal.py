"""What the outbox holds of a human: what was said and done to them, and messages that name them (settings.PERSONAL_DATA)."""

from datetime import datetime

from django.db.models import Q, QuerySet

from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared.personal import BLANK, ERASED, Fate, Holding, Subject

UNDER_WAY = (DeliveryState.CLAIMED, DeliveryState.DUE, DeliveryState.PLANNED, DeliveryState.RETRY, DeliveryState.WAITING_PERSON)


def holdings() -> list[Holding]:
    """In the order in which they are erased."""
    told = ("created_at", "purpose", "operation", "group__name", "text", "state", "settled_at")
    return [
        Holding(Delivery, about, told, Fate.EMPTIED, _erase_about),
        Holding(Delivery, _naming, told, Fate.EMPTIED, _erase_naming, deep=True),
    ]


def about(subject: Subject) -> QuerySet[Delivery]:
    """What was said to them privately, or done to them."""
    theirs = Q(pk=None)
    for account in subject.accounts:
        theirs |= Q(user__in=[account.remote_id, account.alias or account.remote_id]) & (
            Q(connection__adapter=account.realm) | Q(connection=None)
        )
    return Delivery.objects.filter(theirs, group__in=subject.groups).order_by("pk")


def under_way(subject: Subject) -> bool:
    """Whether something about them may still leave: then they are not erased yet."""
    return about(subject).filter(state__in=UNDER_WAY).exists()


def _erase_about(subject: Subject, at: datetime) -> int:
    return sum(
        about(subject).filter(user=account.remote_id).update(user=account.alias, user_name=ERASED, text="", text_key="")
        for account in subject.accounts
    )


def _naming(subject: Subject) -> QuerySet[Delivery]:
    """What was said in their groups that holds their id or their name, for instance a welcome. Names of one letter are not looked for."""
    called = Q(pk=None)
    for word in subject.words:
        called |= Q(text__contains=word) if len(word) > 1 else Q(pk=None)
    return Delivery.objects.filter(called, group__in=subject.groups, settled_at__isnull=False).order_by("pk")


def _erase_naming(subject: Subject, at: datetime) -> int:
    rows = list(_naming(subject))
    for row in rows:
        text = row.text
        for word in subject.words:
            text = text.replace(word, BLANK) if len(word) > 1 else text
        Delivery.objects.filter(pk=row.pk).update(text=text)
    return len(rows)
