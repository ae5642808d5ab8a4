"""Ask for a rehearsal, and run it: the history is played through the live look, the cases in memory; what came out is written once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from groupops.inbound.turn import Batch
from groupops.messaging.adapter import EventKind
from groupops.record import services as record
from groupops.shared import doorbell
from moderation import queries as moderation
from moderation.inbound import gone_in, look, reports_in
from moderation.models import Case, Rehearsal, RehearsalResult, RehearsedCase, Rule
from moderation.models.rehearsals import Compared, RunState
from moderation.policy import CaseState, LadderRule, Offence, ladder_of
from moderation.rehearsals import history, policy, queries
from moderation.rehearsals.past import Replayed, first_days
from moderation.rehearsals.play import Play, Played

RUN = "moderation.tasks.rehearse"
TOO_LONG = gettext_noop("It took too long. Choose fewer days or one group.")
BROKEN = gettext_noop("It failed in a way nobody foresaw; the log says more.")
EVENTS = 20  # of a case, by number


def ask(
    *, group: Group | None, kind: Kind | None, days: int, which: str, change: Mapping[str, Any] | None = None, by: User, at: datetime
) -> Rehearsal:
    """Have it run. For one group by who moderates there, else by who sets policies. Raises Forbidden."""
    if group is not None:
        access.demand(by, GroupRight.MODERATE, group)
    else:
        access.demand_on_site(by, Right.MANAGE_POLICY)
    with transaction.atomic():
        row = Rehearsal.objects.create(
            group=group, kind=None if group else kind, days=days, which=which, change=dict(change or {}), by=by, at=at
        )
        record.audit(by=by, verb="rehearsal.ask", target=row, at=at, group_id=row.group_id, after={"days": days, "which": which})
        transaction.on_commit(lambda: doorbell.ring(RUN, row.pk), robust=True)
    return row


def run(*, pk: int, now: Callable[[], datetime]) -> bool:
    """Run it, unless somebody is at it or it is over. A worker that died is taken over from the start. Returns whether it was run."""
    at = now()
    free = Q(state=RunState.WAITING) | Q(state=RunState.RUNNING, lease_until__lte=at)
    taken = Rehearsal.objects.filter(free, pk=pk).update(state=RunState.RUNNING, lease_until=at + policy.LEASE, done=0, total=0)
    if not taken:
        return False
    row = Rehearsal.objects.select_related("group", "kind").get(pk=pk)
    try:
        _run(row, now)
    except SoftTimeLimitExceeded:
        Rehearsal.objects.filter(pk=pk).update(state=RunState.FAILED, lease_until=None, why=TOO_LONG)
    except Exception:
        Rehearsal.objects.filter(pk=pk).update(state=RunState.FAILED, lease_until=None, why=BROKEN)
        raise
    return True


@dataclass
class _Run:
    """What one run works with."""

    since: dict[int, datetime]
    until: datetime
    rules: dict[int, list[Rule]]
    ladders: dict[int, LadderRule]
    past: Replayed
    play: Play
    messages: int = 0
    without_text: int = 0


def _run(row: Rehearsal, now: Callable[[], datetime]) -> None:
    groups = queries.places(row)
    if not groups:
        _keep(row, None, [], now())
        return
    since, total = _since(row, groups)
    Rehearsal.objects.filter(pk=row.pk).update(total=total)
    ladders = moderation.ladder_rules(groups)
    if tried := row.change.get("ladder"):
        ladders = dict.fromkeys(ladders, LadderRule(**tried))
    zones = {group.pk: group.zone for group in groups}
    past = Replayed(days=first_days(since, zones), changed=queries.changed(row))
    play = Play(
        ladders=ladders, strikes=queries.strikes_before(since), dealt=queries.dealt_before(since), reported=queries.reported_before(since)
    )
    run = _Run(since, row.at, queries.rules_of(row, groups), ladders, past, play)
    past.open(since)
    done = 0
    for chunk in history.chunks(since, row.at):
        _chunk(run, chunk)
        done += sum(len(heard.turns) for heard in chunk)
        Rehearsal.objects.filter(pk=row.pk).update(done=min(done, total))
    _keep(row, run, _compared(run), now())


def _since(row: Rehearsal, groups: Iterable[Group]) -> tuple[dict[int, datetime], int]:
    """From when on each group is looked at, and how many events that are: fewer days where they would be too many."""
    days, places = row.days, list(groups)
    while True:
        since = {group.pk: policy.begins(row.at, days, group.zone) for group in places}
        total = history.events(since, row.at).count()
        if total <= policy.MOST_MESSAGES or days == 1:
            return since, total
        days = max(days // 2, 1)


def _chunk(run: _Run, chunk: Iterable[history.Heard]) -> None:
    batches = list(chunk)
    said = {turn.event_id: turn for heard in batches for turn in heard.turns if turn.kind == EventKind.MESSAGE and turn.membership_id}
    run.messages += sum(bool(turn.text) for turn in said.values())
    run.without_text += sum(not turn.text for turn in said.values())
    run.past.chunk(said, run.rules)
    run.play.posts |= moderation.holders({turn.membership_id for turn in said.values() if turn.membership_id})
    for heard in batches:
        _batch(run, heard)


def _batch(run: _Run, heard: history.Heard) -> None:
    """One batch, as moderation.inbound.screen takes it."""
    batch = Batch(connection_id=0, realm="", turns=heard.turns, received_at=heard.at)
    turns = {turn.event_id: turn for turn in batch.live(EventKind.MESSAGE) if turn.membership_id is not None and turn.text}
    gone = gone_in(batch)
    run.play.take_back(gone)
    noticed, _caught = look(turns, run.rules, gone, run.past)
    reports, over = run.play.limited(reports_in(turns))
    cases = run.play.hear(noticed, reports, heard.at) if noticed or reports else {}
    stopped = {one.event_id for one in noticed if cases[one.event_id].state == CaseState.PUNISHED}
    stopped |= {one.by_event for one in (*reports, *over) if one.by_event}
    for membership, n in run.play.uncounted.items():
        run.past.uncount(membership, n)
    run.play.uncounted.clear()
    run.past.after(heard.turns, stopped)


def _compared(run: _Run) -> list[RehearsedCase]:
    """Every case of the play beside the real one that shares a message with it, and the real ones that none shares."""
    by_event, real = queries.happened(run.since, run.until)
    rows, seen = [], set[int]()
    for played in run.play.cases:
        found = [real[pk] for event in sorted(played.said) for pk in by_event.get(event, ())]
        alike = next((case for case in found if case.offence == played.case.offence), found[0] if found else None)
        if alike is not None:
            seen.add(alike.pk)
        rows.append(_row(played, alike))
    return [*rows, *(_gone(case) for pk, case in sorted(real.items()) if pk not in seen)]


def _row(played: Played, real: Case | None) -> RehearsedCase:
    case, draft = played.case, played.case.rule_id if (played.case.rule_id or 0) < 0 else None
    return RehearsedCase(
        key=case.key,
        compared=Compared.SAME if real else Compared.NEW,
        membership_id=case.membership_id,
        group_id=case.group_id,
        offence=case.offence,
        rule_id=None if draft else case.rule_id,
        rule_version=played.first.rule.version if played.first.rule and not draft else None,
        draft=-draft if draft else None,
        state=case.state,
        held=case.held,
        step=played.step,
        acts=played.acts[:200],
        at=min(one.at for one in played.said.values()),
        messages=len(played.said),
        events=sorted(played.said)[:EVENTS],
        real=real,
    )


def _gone(case: Case) -> RehearsedCase:
    return RehearsedCase(
        key=case.key,
        compared=Compared.GONE,
        membership_id=case.membership_id,
        group_id=case.group_id,
        offence=case.offence,
        rule_id=case.rule_id,
        rule_version=case.rule_version,
        state=case.state,
        held=case.held,
        at=case.opened_at,
        messages=case.n,  # type: ignore[attr-defined]
        real=case,
    )


def _keep(row: Rehearsal, run: _Run | None, cases: list[RehearsedCase], at: datetime) -> None:
    """Result and cases in one transaction; whoever comes second finds it done."""
    lines = [
        policy.Line(one.compared, one.membership_id, _by(one), ladder_of(Offence(one.offence)), one.step, one.acts, one.state, one.held)
        for one in cases
    ]
    rules = {rule.pk: rule for rules in (run.rules if run else {}).values() for rule in rules}
    stored = dict(Rule.objects.filter(pk__in=rules).values_list("pk", "state"))
    result = RehearsalResult(
        rehearsal=row,
        at=at,
        since=min(run.since.values()) if run else row.at,
        until=row.at,
        kept_since=queries.kept_since(list(run.since)) if run else None,
        messages=run.messages if run else 0,
        without_text=run.without_text if run else 0,
        rules=[_rule(rule, stored.get(pk, ""), tried=pk in queries.changed(row)) for pk, rule in sorted(rules.items())],
        ladders=_ladders(run) if run else [],
        numbers=policy.numbers(lines),
        cut=max(len(cases) - policy.MOST_CASES, 0),
    )
    with transaction.atomic():
        if not Rehearsal.objects.filter(pk=row.pk, state=RunState.RUNNING).update(state=RunState.DONE, lease_until=None):
            return
        result.save()
        for one in cases[: policy.MOST_CASES]:
            one.rehearsal = row
        RehearsedCase.objects.bulk_create(cases[: policy.MOST_CASES], batch_size=500)


def _by(one: RehearsedCase) -> int | None:
    """The rule of a case; below nought one that nobody saved."""
    return -one.draft if one.draft else one.rule_id


def _rule(rule: Rule, state: str, *, tried: bool) -> dict[str, Any]:
    return {"id": rule.pk, "version": rule.version, "name": rule.name, "state": state, "certain": rule.certain, "tried": tried}


def _ladders(run: _Run) -> list[dict[str, Any]]:
    """Each set of ladders once, with the groups in which it counted."""
    found: dict[LadderRule, list[int]] = {}
    for group, rule in sorted(run.ladders.items()):
        found.setdefault(rule, []).append(group)
    return [{"groups": groups} | asdict(rule) for rule, groups in found.items()]
