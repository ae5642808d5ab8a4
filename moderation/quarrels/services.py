"""Every write of quarrels: what the radar heard, who takes one on, the steps, what is said, how it ended."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.messaging import outbox
from groupops.messaging.models import Delivery
from groupops.messaging.policy import OVER
from groupops.record import services as record
from groupops.shared import bulk, live
from groupops.shared.errors import Conflict, Invalid
from moderation.models import Exchange, Quarrel, QuarrelSide, QuarrelStep
from moderation.policy.quarrels import KEPT, Outcome, QuarrelRule, Rising, Step, Turned, rising
from moderation.quarrels import queries

PURPOSE = "quarrel"
LONGEST = 500
SAY_WITHIN = timedelta(minutes=30)  # later it would only wake the quarrel up


class Closed(Conflict):
    """It is over, or another one is open."""


@dataclass(frozen=True)
class Heard:
    """Somebody answered somebody, in one message."""

    event_id: int
    group_id: int
    source: int
    target: int
    at: datetime
    hostile: bool


def hear(*, heard: Collection[Heard], at: datetime) -> dict[int, Quarrel]:
    """Keep who answered whom; open or enlarge the quarrel of each group. Returns those by group. In the caller's transaction, set-based."""
    rows = [(one.event_id, one.group_id, one.source, one.target, one.at, one.hostile) for one in heard]
    bulk.insert(Exchange, ["event_id"], ["event_id", "group", "source", "target", "at", "hostile"], rows)
    groups = {one.group_id for one in heard}
    rules = {group: rule for group, rule in queries.rules(groups).items() if rule.on}
    if not rules:
        return {}
    lasting, closed = queries.lasting(rules), queries.closed(rules)
    last = {group: max(one.at for one in heard if one.group_id == group) for group in rules}
    turns = queries.lately(rules, min(last.values()) - max(rule.window for rule in rules.values()))
    found = {}
    for group, rule in sorted(rules.items()):
        fresh = [turn for turn in turns[group] if group not in closed or turn.at > closed[group]]
        if group in lasting:
            found[group] = _enlarge(lasting[group], [one for one in heard if one.group_id == group], rule)
        elif seen := rising(fresh, rule, last[group]):
            found[group] = _begin(group, seen, fresh, last[group], at)
    return {group: row for group, row in found.items() if row is not None}


def _begin(group: int, seen: Rising, turns: list[Turned], last: datetime, at: datetime) -> Quarrel:
    row = Quarrel.objects.create(
        group_id=group, began_at=seen.since, noticed_at=at, last_at=last, answers=seen.answers, hostile=seen.hostile
    )
    counted = Counter(turn.source for turn in turns if turn.at >= seen.since)
    QuarrelSide.objects.bulk_create([QuarrelSide(quarrel=row, membership_id=who, answers=counted[who]) for who in seen.people])
    QuarrelStep.objects.bulk_create([QuarrelStep(quarrel=row, step=step) for step in Step])
    live.publish(live.DELIVERIES)
    return row


def _enlarge(row: Quarrel, heard: Collection[Heard], rule: QuarrelRule) -> Quarrel | None:
    """What its sides, or others to them, say soon enough belongs to it."""
    more = [one for one in heard if one.at - row.last_at <= rule.calm_for]
    if not more:
        return None
    hostile, last = sum(one.hostile for one in more), max(row.last_at, *(one.at for one in more))
    Quarrel.objects.filter(pk=row.pk).update(answers=F("answers") + len(more), hostile=F("hostile") + hostile, last_at=last)
    counted = Counter(one.source for one in more)
    bulk.add(QuarrelSide, ["quarrel", "membership"], ["answers"], [(row.pk, who, n) for who, n in counted.items()])
    return row


def forget(*, at: datetime) -> int:
    """Drop who answered whom after a day; returns how many."""
    gone, _by_model = Exchange.objects.filter(at__lt=at - KEPT).delete()
    return gone


def assign(*, quarrel: Quarrel, to: User | None, by: User, at: datetime) -> Quarrel:
    """Somebody takes care of it, or nobody any more. Raises Forbidden, Closed."""
    return _change(quarrel, by, at, "quarrel.assign", {"assigned_to": to})


def close(*, quarrel: Quarrel, outcome: Outcome, note: str = "", by: User, at: datetime) -> Quarrel:
    """How it ended. Raises Forbidden, Closed."""
    values = {"outcome": outcome, "note": note.strip()[:300], "closed_at": at, "closed_by": by}
    return _change(quarrel, by, at, "quarrel.close", values)


def _change(quarrel: Quarrel, by: User, at: datetime, verb: str, values: Mapping[str, object]) -> Quarrel:
    access.demand(by, GroupRight.MODERATE, quarrel.group)
    with transaction.atomic():
        row = _locked(quarrel)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        after = {name: str(value or "") for name, value in values.items() if name in ("assigned_to", "outcome", "note")}
        record.audit(by=by, verb=verb, target=row, at=at, group_id=row.group_id, after=after)
    live.publish(live.DELIVERIES)
    return row


def reopen(*, quarrel: Quarrel, by: User, at: datetime) -> Quarrel:
    """Take `close` back. Raises Forbidden, Closed where another one is open."""
    access.demand(by, GroupRight.MODERATE, quarrel.group)
    try:
        with transaction.atomic():
            Quarrel.objects.filter(pk=quarrel.pk).update(closed_at=None, closed_by=None, outcome="")
            record.audit(by=by, verb="quarrel.reopen", target=quarrel, at=at, group_id=quarrel.group_id)
    except IntegrityError:
        raise Closed(_("Another quarrel of the group is open now.")) from None
    quarrel.refresh_from_db()
    return quarrel


def tick(*, quarrel: Quarrel, step: Step, done: bool, by: User, at: datetime) -> QuarrelStep:
    """A step was done, or was not. Raises Forbidden, Closed."""
    access.demand(by, GroupRight.MODERATE, quarrel.group)
    with transaction.atomic():
        _locked(quarrel)
        row = QuarrelStep.objects.select_for_update().get(quarrel=quarrel, step=step)
        row.done_at, row.done_by = (at, by) if done else (None, None)
        row.save(update_fields=["done_at", "done_by"])
        verb = "quarrel.step" if done else "quarrel.unstep"
        record.audit(by=by, verb=verb, target=quarrel, at=at, group_id=quarrel.group_id, after={"step": step.value})
    return row


def say(*, quarrel: Quarrel, text: str, by: User, at: datetime) -> QuarrelStep:
    """Step in: have it said in the group, now. Done when it has left. Raises Forbidden, Invalid, Closed."""
    access.demand(by, GroupRight.MODERATE, quarrel.group)
    said = text.strip()
    if not 1 <= len(said) <= LONGEST:
        raise Invalid(_("Write 1 to %(most)d characters.") % {"most": LONGEST}, field="text")
    with transaction.atomic():
        _locked(quarrel)
        row = QuarrelStep.objects.select_for_update().get(quarrel=quarrel, step=Step.INTERVENE)
        going = Delivery.objects.filter(purpose=PURPOSE, subject_id=row.pk).exclude(state__in=OVER)
        if row.done_at is not None or going.exists():
            raise Closed(_("It is on its way already, or was said."))
        row.text, row.asked_by, row.parts = said, by, row.parts + 1
        row.save(update_fields=["text", "asked_by", "parts"])
        ends = at + SAY_WITHIN
        outbox.say(purpose=PURPOSE, subject_id=row.pk, group=quarrel.group, text=said, due_at=at, expires_at=ends, at=at, part=row.parts)
        record.audit(by=by, verb="quarrel.say", target=quarrel, at=at, group_id=quarrel.group_id, after={"text": said})
    return row


def was_said(*, step_id: int, at: datetime) -> None:
    """The delivery has left: the step is done, by who asked for it."""
    row = QuarrelStep.objects.select_for_update().get(pk=step_id)
    if row.done_at is None:
        row.done_at, row.done_by = at, row.asked_by
        row.save(update_fields=["done_at", "done_by"])


def _locked(quarrel: Quarrel) -> Quarrel:
    row = Quarrel.objects.select_for_update(of=("self",)).select_related("group").get(pk=quarrel.pk)
    if row.closed_at is not None:
        raise Closed(_("It is closed: %(outcome)s.") % {"outcome": row.get_outcome_display()})
    return row
