"""The machine notices: cases for what was found in a batch, and the step of the ladder where it may act by itself. Set-based."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import bulk, live
from members.models import Membership
from moderation import queries
from moderation.models import Case, Evidence, Rule, RuleDay
from moderation.models import Report as ReportRow
from moderation.policy import (
    OPEN,
    TO_PEOPLE,
    Act,
    CaseState,
    Held,
    LadderRule,
    Offence,
    Severity,
    Source,
    Verdict,
    due,
    held_back,
    ladder_of,
    weight_of,
)
from moderation.services import acting, counting, deciding

INCIDENT = timedelta(minutes=3)  # what follows so soon on a decided violation belongs to it
CAPPED = gettext_noop("The cap of automatic acts is reached in a group: people decide what follows.")
PERMILLE = 1000


@dataclass(frozen=True)
class Noticed:
    """Something in one message. Without a rule it comes from the model or from a report; `certain`: meant to be acted upon at once."""

    event_id: int
    group_id: int
    membership_id: int
    author: str
    message: str
    text: str
    at: datetime
    day: date
    offence: Offence
    source: Source = Source.RULE
    rule: Rule | None = None
    certain: bool = False
    score: float = 1.0
    spans: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    taken_back: bool = False
    counted: bool = False  # as a message of its day: what was reported later is, what is screened now is not yet

    @property
    def severity(self) -> Severity:
        """The rule's, else normal."""
        return Severity(self.rule.severity) if self.rule else Severity.NORMAL


@dataclass(frozen=True)
class Report:
    """A member pointed at a message."""

    reporter: int
    noticed: Noticed


def notice(*, noticed: Sequence[Noticed], reports: Sequence[Report] = (), at: datetime) -> dict[int, Case]:
    """Open or enlarge the cases of what was noticed, act where the machine may; the case of each event that has one.

    In the caller's transaction. An event is evidence of one offence once, however often it is told.
    """
    everything = [*noticed, *(one.noticed for one in reports)]
    if not everything:
        return {}
    known = dict(Evidence.objects.filter(event_id__in={one.event_id for one in everything}).values_list("event_id", "case"))
    fresh: dict[tuple[int, Offence], list[Noticed]] = defaultdict(list)
    for one in everything:
        already = any(one.event_id == other.event_id for other in fresh[one.membership_id, one.offence])
        if one.event_id not in known and not already:
            fresh[one.membership_id, one.offence].append(one)
    made = _cases({key: found for key, found in fresh.items() if found}, at)
    cases = Case.objects.select_related("group__kind", "membership__person").in_bulk(
        {*known.values(), *(case.pk for case in made.values())}
    )
    result = {event: cases[pk] for event, pk in known.items()} | {event: cases[case.pk] for event, case in made.items()}
    _keep_reports(reports, result)
    if made:
        live.publish(live.DELIVERIES)
    return result


def _keep_reports(reports: Sequence[Report], cases: dict[int, Case]) -> None:
    rows = [
        ReportRow(case=cases[one.noticed.event_id], reporter_id=one.reporter, event_id=one.noticed.event_id, at=one.noticed.at)
        for one in reports
    ]
    ReportRow.objects.bulk_create(rows, ignore_conflicts=True)


def _cases(fresh: dict[tuple[int, Offence], list[Noticed]], at: datetime) -> dict[int, Case]:
    """The case of each event, made or enlarged."""
    if not fresh:
        return {}
    members = {membership for membership, _offence in fresh}
    standing = Standing.of(members, at)
    result: dict[int, Case] = {}
    for (membership, offence), found in sorted(fresh.items()):
        case = standing.open.get((membership, offence)) or standing.recent.get((membership, offence))
        if case is None:
            case = _open(standing, found, at)
        _add(case, found)
        result |= {one.event_id: case for one in found}
        _follow(standing, case, found, at)
    return result


@dataclass
class Standing:
    """What is asked once for a batch."""

    members: dict[int, Membership]
    rules: dict[int, LadderRule]
    strikes: Counter[tuple[int, str]]
    posts: set[int]
    open: dict[tuple[int, str], Case]
    recent: dict[tuple[int, str], Case]
    dealt: Counter[int]

    @classmethod
    def of(cls, pks: Collection[int], at: datetime) -> "Standing":
        """Seven queries."""
        members = Membership.objects.select_related("person", "group__kind").in_bulk(pks)
        groups: dict[int, Group] = {row.group_id: row.group for row in members.values()}
        rows = Case.objects.select_for_update(of=("self",)).select_related("group__kind", "membership__person").filter(membership__in=pks)
        fresh = Q(state=CaseState.PUNISHED, state_at__gt=at - INCIDENT)
        found = list(rows.filter(Q(state__in=OPEN) | fresh).order_by("pk"))
        return cls(
            members,
            queries.ladder_rules(groups.values()),
            queries.standings(pks, at),
            queries.holders(pks),
            {(case.membership_id, case.offence): case for case in found if case.state in OPEN},
            {(case.membership_id, case.offence): case for case in found if case.state not in OPEN},
            Counter(queries.dealt_with(groups, at)),
        )


def _open(standing: Standing, found: Sequence[Noticed], at: datetime) -> Case:
    first = max(found, key=lambda one: (one.certain, one.score))
    member = standing.members[first.membership_id]
    rule, second = standing.rules[member.group_id], member.pk in standing.posts
    case = Case.objects.create(
        group=member.group,
        membership=member,
        offence=first.offence,
        severity=first.severity,
        source=first.source,
        rule=first.rule,
        rule_version=first.rule.version if first.rule else None,
        explanation=first.rule.explanation if first.rule else "",
        key=f"{member.pk}:{first.offence}:{min(one.event_id for one in found)}",
        state_at=at,
        opened_at=at,
        needs_second=second and rule.second_for_posts,
        rank=_rank(first),
        standing={
            "tier": member.tier,
            "post": second,
            "days": max((at - member.joined_at).days, 0),
            "strikes": standing.strikes[member.pk, ladder_of(first.offence)],
        },
    )
    standing.open[member.pk, first.offence] = case
    return case


def _rank(noticed: Noticed) -> int:
    """0 is first: what is severe, what hurts people, what members reported."""
    severe = noticed.severity == Severity.SEVERE
    return 5 - 2 * severe - (noticed.offence in TO_PEOPLE) - (noticed.source == Source.REPORT)


def _add(case: Case, found: Iterable[Noticed]) -> None:
    rows = [
        Evidence(
            case=case,
            event_id=one.event_id,
            offence=one.offence,
            message=one.message,
            author=one.author,
            text=one.text,
            at=one.at,
            day=one.day,
            rule=one.rule,
            score=round(one.score * PERMILLE) / PERMILLE,
            spans=[list(span) for span in one.spans],
            reason=one.reason[:300],
            parameters=one.parameters,
            taken_back_at=one.at if one.taken_back else None,
        )
        for one in found
    ]
    Evidence.objects.bulk_create(rows)
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    case.version += 1


def _follow(standing: Standing, case: Case, found: Sequence[Noticed], at: datetime) -> None:
    """Act, or say why a person decides. What belongs to a violation that was just punished is recalled with it."""
    rule = standing.rules[case.group_id]
    if case.state not in OPEN:
        _enlarge(case, found, at)
        return
    if all(one.taken_back for one in found) and not case.evidence.filter(taken_back_at=None).exists():
        deciding.move(case, CaseState.WITHDRAWN, at=at)
        return
    held = why_held(standing, case, found, rule)
    if held:
        if held == Held.CAP:
            _alarm(case, at)
        _hold(case, held)
        return
    _never_counted(case, found)
    decision = deciding.make(case=case, verdict=Verdict.PUNISH, rule=rule, by=None, at=at)
    strike = deciding.punish(case=case, decision=decision, rule=rule, at=at, due_at=at)
    del standing.open[case.membership_id, case.offence]
    standing.dealt[case.group_id] += 1
    if strike:
        standing.strikes[case.membership_id, strike.ladder] += strike.weight


def why_held(standing: Standing, case: Case, found: Sequence[Noticed], rule: LadderRule) -> Held:
    """Why a person decides about a case with what was just found; Held.NONE: the machine may."""
    if case.held:
        return Held(case.held)
    if all(one.source == Source.REPORT for one in found):
        return Held.REPORT
    offence, certain = Offence(case.offence), [one for one in found if one.certain and not one.taken_back]
    ladder = ladder_of(offence)
    rungs = rule.rungs(ladder)
    step = due(rungs, standing.strikes[case.membership_id, ladder], weight_of(offence, Severity(case.severity)))
    return held_back(
        offence=offence,
        rung=rungs[step],
        certain=bool(certain),
        removes_alone=any(one.rule and one.rule.removes_alone for one in certain),
        has_post=case.membership_id in standing.posts,
        dealt_with=standing.dealt[case.group_id],
        cap=rule.per_hour,
    )


def _hold(case: Case, held: Held) -> None:
    if case.held != held:
        case.held, case.rank = held, max(case.rank - (held == Held.REMOVAL), 0)
        case.save(update_fields=["held", "rank"])


def _enlarge(case: Case, found: Sequence[Noticed], at: datetime) -> None:
    """More of the same incident: recalled where the first was, without another strike."""
    decision = case.decisions.filter(undone_at=None).first()
    recalled = decision is not None and case.measures.filter(decision=decision, act=Act.RECALL).exists()
    if decision is not None and recalled:
        said = list(case.evidence.order_by("at", "pk"))
        for one in found:
            if one.message and not one.taken_back:
                acting.act_on(case=case, decision=decision, act=Act.RECALL, said=said, about=one.message, at=at, due_at=at)
    _never_counted(case, found)
    counting.withhold([case.pk])


def _never_counted(case: Case, found: Sequence[Noticed]) -> None:
    """Messages that go no further than this step: nothing of them is to be taken out of a day."""
    case.evidence.filter(event_id__in=[one.event_id for one in found if not one.counted]).update(withheld=True)


def _alarm(case: Case, at: datetime) -> None:
    url = f"{reverse('moderation:queue')}?group={case.group_id}"
    record.raise_alarm(key=f"moderation-cap:{case.group_id}", severity="warning", text=CAPPED, at=at, url=url, group_id=case.group_id)


def count(*, hits: Counter[tuple[int, int, date, bool]]) -> None:
    """Add to what rules caught: (rule, group, day, only rehearsed) → messages."""
    both: Counter[tuple[int, int, date]] = Counter()
    rehearsed: Counter[tuple[int, int, date]] = Counter()
    for (rule, group, day, only), n in hits.items():
        both[rule, group, day] += n
        rehearsed[rule, group, day] += n * only
    if both:
        bulk.add(RuleDay, ["rule", "group", "day"], ["hits", "rehearsed"], [(*key, n, rehearsed[key]) for key, n in both.items()])


def take_back(*, gone: Iterable[tuple[str, str, datetime]], group_ids: Collection[int], at: datetime) -> int:
    """Authors recalled messages: (remote id, who did it, when). Open cases about nothing else end well; returns how many."""
    said = {message: (who, when) for message, who, when in gone if message}
    rows = Evidence.objects.filter(message__in=said, case__group__in=group_ids, taken_back_at=None)
    found = [row for row in rows.select_related("case__group__kind").order_by("pk") if said[row.message][0] == row.author]
    rules = queries.ladder_rules({row.case.group_id: row.case.group for row in found}.values())
    touched = set()
    for row in found:
        when = said[row.message][1]
        if when - row.at <= timedelta(minutes=rules[row.case.group_id].take_back_minutes):
            Evidence.objects.filter(pk=row.pk).update(taken_back_at=when)
            touched.add(row.case_id)
    return sum(_withdraw(pk, at) for pk in sorted(touched))


def _withdraw(pk: int, at: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",)).get(pk=pk)
    if case.state not in OPEN or case.evidence.filter(taken_back_at=None).exists():
        return False
    case.decisions.filter(undone_at=None).update(undone_at=at)  # that of the first of two people
    deciding.move(case, CaseState.WITHDRAWN, at=at)
    return True
