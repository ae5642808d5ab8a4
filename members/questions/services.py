"""Every write of the questions: what the pipeline heard, what a person decides, what lapses by itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.policy import Coverage, waking_between
from groupops.record import services as record
from groupops.shared import bulk, skipping
from members.asking import How, QuestionState
from members.models import Question
from members.questions import queries
from members.questions.listening import Open

HEARD = ("asked_at", "last_asked_at", "times", "due_at", "state", "how", "answered_at", "answered_by", "answer", "waited")
NEW = ("event", "group", "membership", "cue", *HEARD)
DECIDED = ("state", "how", "answered_at", "answered_by", "answer", "waited", "settled_by", "taken_by", "taken_at", "reply")
CLOSES = {How.STAFF: QuestionState.ANSWERED, How.MISJUDGED: QuestionState.CLOSED}
VERBS = {How.STAFF: "question.answered", How.MISJUDGED: "question.dismiss"}
SETTLED = _("It was settled meanwhile: %(how)s.")
Why = str | Promise | None  # why nothing was done; None where it was


Many = skipping.Many[Question]


def keep(*, questions: Collection[Open]) -> None:
    """Write what a batch heard. Call inside its transaction; known ones are locked. A question is one row an event, however often."""
    bulk.insert(
        Question,
        ["event"],
        NEW,
        [(one.event_id, one.group_id, one.membership_id, one.cue, *_heard(one)) for one in questions if not one.pk],
    )
    bulk.update(Question, HEARD, [(one.pk, *_heard(one)) for one in questions if one.pk and one.is_changed])


def _heard(one: Open) -> tuple[Any, ...]:
    state = QuestionState.ANSWERED if one.how else QuestionState.OPEN
    known = (one.asked_at, one.last_asked_at, one.times, one.due_at, state.value, str(one.how.value))
    return (*known, one.answered_at, one.answered_by, one.answer_id, one.waited)


def settle(*, questions: Sequence[Question], how: How, by: User, at: datetime) -> Many:
    """Answered elsewhere (How.STAFF), or no question at all (How.MISJUDGED); those that are settled already are skipped."""
    verb, rules = VERBS[how], queries.policies({row.group_id for row in questions}) if how == How.STAFF else {}
    return _each(questions, by, lambda row: _settled(row, how, verb, rules, by, at))


def take(*, questions: Sequence[Question], by: User, at: datetime) -> Many:
    """Somebody answers them; who takes one that another has taken, takes it over."""
    return _each(questions, by, lambda row: _taken(row, by, at))


def put_back(*, questions: Sequence[Question], by: User, at: datetime) -> Many:
    """Nobody answers them any more."""
    return _each(questions, by, lambda row: _put_back(row, by, at))


def reopen(*, questions: Sequence[Question], by: User, at: datetime, was: Mapping[int, str] | None = None) -> Many:
    """They wait for an answer after all. `was`, for an undo: only those still settled that way."""
    return _each(questions, by, lambda row: _reopened(row, was, by, at))


def lapse(*, at: datetime) -> int:
    """Close what nobody answered for as long as a group's policy says; returns how many. A constant number of queries."""
    waiting = queries.stale(at)
    if not waiting:
        return 0
    policies = queries.policies({group for _pk, group, _asked in waiting})
    over = [pk for pk, group, asked in waiting if at - asked >= policies[group].lapse]
    rows = Question.objects.filter(pk__in=over, state=QuestionState.OPEN)
    return rows.update(state=QuestionState.CLOSED, how=How.LAPSED, taken_by=None, taken_at=None)


def _each(rows: Sequence[Question], by: User, work: Callable[[Question], Why]) -> Many:
    """Carry something out on each that `by` may care for, in one transaction, the rows locked in order; `work` says why not, or nothing."""
    result = Many()
    rights = access.rights_on(by, {row.group_id: row.group for row in rows}.values())
    with transaction.atomic():
        wanted = Question.objects.select_for_update(of=("self",)).select_related(
            "group", "taken_by", "membership__person", "membership__group"
        )
        for row in wanted.filter(pk__in=[row.pk for row in rows]).order_by("pk"):
            if why := work(row) if GroupRight.CARE in rights[row.group_id] else access.MISSING[GroupRight.CARE]:
                result.skipped.append((row, why))
            else:
                result.done.append(row)
    return result


def _settled(row: Question, how: How, verb: str, rules: Mapping[int, Coverage], by: User, at: datetime) -> Why:
    if row.state != QuestionState.OPEN:
        return SETTLED % {"how": row.get_how_display()}
    row.state, row.how, row.settled_by = CLOSES[how], how, by
    if how == How.STAFF:
        row.answered_at = max(at, row.asked_at)
        row.waited = round(waking_between(row.asked_at, row.answered_at, row.group.zone, rules[row.group_id]).total_seconds())
    _save(row)
    record.audit(by=by, verb=verb, target=row, at=at, group_id=row.group_id)
    return None


def _taken(row: Question, by: User, at: datetime) -> Why:
    if row.state != QuestionState.OPEN:
        return SETTLED % {"how": row.get_how_display()}
    if row.taken_by_id == by.pk:
        return _("You have taken it on already.")
    before = str(row.taken_by) if row.taken_by else None
    row.taken_by, row.taken_at = by, at
    _save(row)
    record.audit(
        by=by, verb="question.take", target=row, at=at, group_id=row.group_id, before={"taken_by": before}, after={"taken_by": str(by)}
    )
    return None


def _put_back(row: Question, by: User, at: datetime) -> Why:
    if row.state != QuestionState.OPEN or row.taken_by is None:
        return _("Nobody has taken it on.")
    before = str(row.taken_by)
    row.taken_by = row.taken_at = None
    _save(row)
    record.audit(by=by, verb="question.put_back", target=row, at=at, group_id=row.group_id, before={"taken_by": before})
    return None


def _reopened(row: Question, was: Mapping[int, str] | None, by: User, at: datetime) -> Why:
    if row.state == QuestionState.OPEN:
        return _("It waits for an answer already.")
    if was is not None and was.get(row.pk) != row.how:
        return _("It was changed meanwhile.")
    before = {"state": row.state, "how": row.how}
    row.state, row.how = QuestionState.OPEN, How.NONE
    row.answered_at = row.answered_by = row.answer = row.waited = row.settled_by = row.reply = None
    _save(row)
    record.audit(by=by, verb="question.reopen", target=row, at=at, group_id=row.group_id, before=before)
    return None


def _save(row: Question) -> None:
    row.save(update_fields=DECIDED)
