"""What the delivery of an answer asks before it leaves, and what it settles (settings.DELIVERY_KINDS)."""

from datetime import datetime

from django.utils.translation import gettext_noop

from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from members.asking import How, QuestionState
from members.models import Question, Reply
from members.questions import services as questions

GIVEN_UP = frozenset({DeliveryState.FAILED, DeliveryState.MISSED, DeliveryState.CANCELLED})


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Nothing is said to questions that were all settled meanwhile, nor in a group that rests."""
    if not Question.objects.filter(reply=delivery.subject_id, state=QuestionState.OPEN).exists():
        return gettext_noop("All of these questions were settled meanwhile.")
    if delivery.group.lifecycle != Lifecycle.ACTIVE:
        return gettext_noop("The group is not active.")
    return ""


def settled(delivery: Delivery, *, at: datetime) -> None:
    """Said: the questions are answered. Given up: they wait again, for another answer."""
    waiting = Question.objects.filter(reply=delivery.subject_id, state=QuestionState.OPEN)
    if delivery.state == DeliveryState.SENT:
        reply = Reply.objects.select_related("by").get(pk=delivery.subject_id)
        questions.settle(questions=list(waiting.select_related("group")), how=How.STAFF, by=reply.by, at=at)
    elif delivery.state in GIVEN_UP:
        waiting.update(reply=None)
