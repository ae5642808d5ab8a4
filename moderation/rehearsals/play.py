"""Cases as moderation.services.noticing opens, enlarges and decides them, in memory: nothing is written, nothing leaves.

Whether a machine may act and which step is due is asked of the very functions that are asked live.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moderation.models import Case
from moderation.policy import OPEN, Act, CaseState, Held, LadderRule, Offence, Severity, due, ladder_of, spelt, weight_of
from moderation.queries.standing import HOUR, INCIDENT
from moderation.services import Noticed, Report
from moderation.services.following import further, recall_held, why_held
from moderation.services.known import Standing
from moderation.services.opening import first_of, key_of
from moderation.services.reporting import within_limit

Who = tuple[int, Offence]
Gone = Mapping[tuple[int, str], tuple[str, datetime]]


@dataclass(frozen=True)
class Counts:
    """A strike that counts from one moment to another."""

    ladder: str
    weight: int
    at: datetime
    until: datetime


@dataclass(eq=False)
class Played:
    """A case that would have been. `case` is never saved."""

    case: Case
    first: Noticed
    said: dict[int, Noticed] = field(default_factory=dict)  # by event
    back: set[int] = field(default_factory=set)  # taken back by their author
    uncounted: set[int] = field(default_factory=set)  # taken out of the member's count, or never in it
    step: int | None = None
    acts: str = ""


class Play:
    """All cases of a rehearsal. It begins with the strikes that count and with nothing open; people decide nothing in it."""

    def __init__(
        self,
        *,
        ladders: dict[int, LadderRule],
        strikes: dict[int, list[Counts]],
        dealt: dict[int, list[datetime]],
        reported: dict[int, list[tuple[int, datetime]]],
    ) -> None:
        self.cases: list[Played] = []
        self.posts: set[int] = set()  # memberships of people with a post
        self.uncounted: Counter[int] = Counter()  # messages of members that no longer count; whoever plays takes them out
        self._ladders = ladders
        self._strikes: defaultdict[int, list[Counts]] = defaultdict(list, strikes)
        self._dealt: defaultdict[int, list[datetime]] = defaultdict(list, dealt)
        self._reported: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list, reported)
        self._last: dict[Who, Played] = {}
        self._of_event: dict[int, Played] = {}
        self._of_message: defaultdict[tuple[int, str], list[tuple[Played, int]]] = defaultdict(list)

    def limited(self, reports: Sequence[Report]) -> tuple[list[Report], list[Report]]:
        """As services.reporting.limited, by what the play has heard."""
        taken, over = within_limit(reports, self._reported)
        for one in taken:
            self._reported[one.reporter].append((one.noticed.event_id, one.at))
        return taken, over

    def hear(self, noticed: Sequence[Noticed], reports: Sequence[Report], at: datetime) -> dict[int, Case]:
        """As noticing.notice: the case of each event that has one."""
        fresh: defaultdict[Who, dict[int, Noticed]] = defaultdict(dict)
        everything = [*noticed, *(one.noticed for one in reports)]
        for one in everything:
            if one.event_id not in self._of_event:
                fresh[one.membership_id, one.offence].setdefault(one.event_id, one)
        standing = self._standing({who for who, _offence in fresh}, {one.group_id for one in everything}, at)
        for (membership, offence), found in sorted(fresh.items()):
            self._incident((membership, offence), list(found.values()), standing, at)
        return {one.event_id: self._of_event[one.event_id].case for one in everything}

    def _standing(self, members: set[int], groups: set[int], at: datetime) -> Standing:
        counted: Counter[tuple[int, str]] = Counter()
        for pk in members:
            for one in self._strikes[pk]:
                counted[pk, one.ladder] += one.weight * (one.at <= at < one.until)
        dealt = Counter({group: sum(at - HOUR < then <= at for then in self._dealt[group]) for group in groups})
        return Standing({}, self._ladders, counted, self.posts, {}, {}, dealt)

    def _incident(self, who: Who, found: list[Noticed], standing: Standing, at: datetime) -> None:
        last = self._last.get(who)
        goes_on = last is not None and (
            last.case.state in OPEN or (last.case.state == CaseState.PUNISHED and last.case.state_at > at - INCIDENT)
        )
        played = last if goes_on and last is not None else self._opened(who, found, standing, at)
        for one in found:
            played.said[one.event_id] = one
            self._of_event[one.event_id] = played
            self._of_message[one.group_id, one.message].append((played, one.event_id))
            if one.taken_back:
                played.back.add(one.event_id)
        self._follow(played, found, standing, at)

    def _opened(self, who: Who, found: list[Noticed], standing: Standing, at: datetime) -> Played:
        first = first_of(found)
        membership, offence = who
        case = Case(
            group_id=first.group_id,
            membership_id=membership,
            offence=offence,
            severity=first.severity,
            source=first.source,
            rule=first.rule,
            key=key_of(first, found),
            state=CaseState.OPEN,
            state_at=at,
            opened_at=at,
        )
        played = Played(case, first)
        self.cases.append(played)
        self._last[who] = played
        self._due(played, standing)
        return played

    def _due(self, played: Played, standing: Standing) -> None:
        """The step that a violation leads to now."""
        case, offence = played.case, Offence(played.case.offence)
        ladder = ladder_of(offence)
        rungs = self._ladders[case.group_id].rungs(ladder)
        played.step = due(rungs, standing.strikes[case.membership_id, ladder], weight_of(offence, Severity(case.severity)))
        played.acts = spelt(rungs[played.step].decided)

    def _follow(self, played: Played, found: list[Noticed], standing: Standing, at: datetime) -> None:
        case, rule = played.case, self._ladders[played.case.group_id]
        if case.state not in OPEN:
            self._recall(played, found, standing, at)
            self._uncount(played, found)
            return
        if all(one.taken_back for one in found) and set(played.said) <= played.back:
            case.state, case.state_at = CaseState.WITHDRAWN, at
            return
        held = why_held(standing, case, found, rule)
        if held:
            case.held = held
            return
        self._due(played, standing)
        self._never_counted(played, found)
        case.state, case.state_at = CaseState.PUNISHED, at
        self._dealt[case.group_id].append(at)
        standing.dealt[case.group_id] += 1
        offence = Offence(case.offence)
        if weight := weight_of(offence, Severity(case.severity)):
            ladder = ladder_of(offence)
            self._strikes[case.membership_id].append(Counts(ladder, weight, at, rule.expires(at)))
            standing.strikes[case.membership_id, ladder] += weight
            self._uncount(played, found)

    def _recall(self, played: Played, found: list[Noticed], standing: Standing, at: datetime) -> None:
        """Further messages of a violation are recalled where the first was, and count as automatic acts."""
        case, offence = played.case, Offence(played.case.offence)
        rung = self._ladders[case.group_id].rungs(ladder_of(offence))[played.step or 0].decided
        for _one in further(found) if Act.RECALL in rung.acts else ():
            if recall_held(standing, case) == Held.NONE:
                self._dealt[case.group_id].append(at)
                standing.dealt[case.group_id] += 1

    def _never_counted(self, played: Played, found: list[Noticed]) -> None:
        """Messages that go no further than the look were in no count."""
        played.uncounted |= {one.event_id for one in found if not one.counted}

    def _uncount(self, played: Played, found: list[Noticed]) -> None:
        """As counting.withhold: what was counted before it was known to be a violation."""
        self._never_counted(played, found)
        late = set(played.said) - played.uncounted
        self.uncounted[played.case.membership_id] += len(late)
        played.uncounted |= late

    def take_back(self, gone: Gone) -> None:
        """As noticing.take_back: open cases about nothing else end well."""
        touched = []
        for (group, message), (who, when) in gone.items():
            limit = timedelta(minutes=self._ladders[group].take_back_minutes) if group in self._ladders else timedelta()
            for played, event in self._of_message.get((group, message), ()) if message else ():
                one = played.said[event]
                if event not in played.back and one.author == who and when - one.at <= limit:
                    played.back.add(event)
                    touched.append((played, when))
        for played, when in touched:
            if played.case.state in OPEN and set(played.said) <= played.back:
                played.case.state, played.case.state_at = CaseState.WITHDRAWN, when
