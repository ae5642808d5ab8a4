"""Answering several questions with one text: one message a group, on its way like every other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import outbox
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from members.asking import QuestionState
from members.models import Question, Reply
from members.questions.services import Many

PURPOSE = "answer"
NAMED = 20  # askers by name; more would be a wall of names
LAPSES = timedelta(hours=12)  # an answer that could not leave for so long is looked at again


class NothingToAnswer(Conflict):
    """None of the chosen questions waits for an answer that this person may give."""


def answer(*, questions: Sequence[Question], text: str, by: User, at: datetime) -> Many:
    """Say `text` once in each group of these questions, to those who asked. They count as answered when it has been said.

    Those that are settled, that are being answered already, or in whose group `by` may not speak for us are skipped.
    Raises Invalid without a text, NothingToAnswer.
    """
    words = text.strip()
    if not words:
        raise Invalid(_("Write the answer."), field="text")
    result = Many()
    rights = access.rights_on(by, {row.group_id: row.group for row in questions}.values())
    with transaction.atomic():
        wanted = Question.objects.select_for_update(of=("self",)).select_related("group", "membership__person")
        for row in wanted.filter(pk__in=[row.pk for row in questions]).order_by("pk"):
            if row.state != QuestionState.OPEN:
                result.skipped.append((row, _("It was settled meanwhile.")))
            elif row.reply_id is not None:
                result.skipped.append((row, _("An answer is on its way already.")))
            elif GroupRight.CARE not in rights[row.group_id]:
                result.skipped.append((row, access.MISSING[GroupRight.CARE]))
            else:
                result.done.append(row)
        if not result.done:
            raise NothingToAnswer(_("None of these questions waits for an answer of yours."))
        for group_id in sorted({row.group_id for row in result.done}):
            _say([row for row in result.done if row.group_id == group_id], words, by, at)
    return result


def addressed(names: Sequence[str], text: str) -> str:
    """The message: everybody who asked, once, then the answer."""
    once = list(dict.fromkeys(names))
    return f"{' '.join(f'@{name}' for name in once[:NAMED])}\n{text}"


def _say(rows: list[Question], text: str, by: User, at: datetime) -> None:
    group = rows[0].group
    reply = Reply.objects.create(group=group, text=text, by=by, at=at)
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(reply=reply)
    said = addressed([row.membership.person.name for row in rows], text)
    outbox.say(purpose=PURPOSE, subject_id=reply.pk, group=group, text=said, due_at=at, expires_at=at + LAPSES, at=at)
    record.audit(by=by, verb="question.answer", target=reply, at=at, group_id=group.pk, after={"questions": len(rows), "text": text})
