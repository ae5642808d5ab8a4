"""A question that the machine did not take for one: said by a person, about a message."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.policy import waking_until
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.record import services as record
from groupops.shared.errors import Conflict
from members.asking import Cue
from members.models import Membership, Question
from members.questions import queries


class NoMessage(Conflict):
    """Nobody of the group said it, or it is a question already."""


def mark(*, event: StoredEvent, by: User, at: datetime) -> Question:
    """It waits for an answer from when it was said. Taken back by "Not a question". Raises Forbidden, NoMessage."""
    group = event.group
    if group is None:
        raise NoMessage(_("Only what a member said can be a question."))
    access.demand(by, GroupRight.CARE, group)
    asker = Membership.objects.filter(person=event.person_id, group=group).first() if event.person_id else None
    if asker is None or event.kind != EventKind.MESSAGE:
        raise NoMessage(_("Only what a member said can be a question."))
    goal = queries.policies([group.pk])[group.pk]
    said = event.occurred_at
    known = {"group": group, "membership": asker, "cue": Cue.HAND, "asked_at": said, "last_asked_at": said}
    known["due_at"] = waking_until(said, goal.goal, group.zone, goal)
    with transaction.atomic():
        made, is_new = Question.objects.get_or_create(event=event, defaults=known)
        if not is_new:
            raise NoMessage(_("It is on the question desk already."))
        record.audit(by=by, verb="question.mark", target=made, at=at, group_id=group.pk)
    return made
