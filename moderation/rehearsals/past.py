"""What a look asks besides the messages, kept in memory while a history is played (moderation.inbound.Past)."""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Sum

from groupops.inbound.models import StoredEvent
from groupops.inbound.turn import Turn
from groupops.messaging.adapter import EventKind
from groupops.shared import clock
from members.models import DailyActivity, Membership
from moderation.detection.messages import OLD, Hit, Message
from moderation.detection.model import Model
from moderation.detection.rules import COUNTING, Detector, RuleKind, RuleSpec, Screens, parse
from moderation.inbound import LOOK_BACK, MOST_BEFORE, Past, message_of
from moderation.models import Rule
from moderation.queries.rules import detector_of, spec_of

# What they see depends on the messages around, or on what became of earlier ones; all others look at a text alone.
IN_ORDER = COUNTING | {RuleKind.PROBATION}


class Replayed(Past):
    """Filled as the batches go by. What looks at a text alone sees a whole chunk at once, the rest batch by batch, as it was live."""

    def __init__(self, *, days: Mapping[int, date], changed: Collection[int]) -> None:
        """`days`: the first local day of each group; `changed`: the rules that are tried otherwise than they are stored."""
        self._days, self._changed = days, changed
        self._said: defaultdict[int, deque[Message]] = defaultdict(lambda: deque(maxlen=MOST_BEFORE * 2))
        self._counted: Counter[int] = Counter()
        self._joined: dict[int, datetime] = {}
        self._detectors: dict[tuple[int, ...], _Both] = {}
        self._models: dict[int, int] | None = None

    def open(self, since: Mapping[int, datetime]) -> None:
        """What was said just before the first day. One query."""
        first = min(since.values())
        rows = StoredEvent.objects.filter(
            group__in=list(since), kind=EventKind.MESSAGE, occurred_at__gte=first - LOOK_BACK, person_id__isnull=False, own=False
        )
        rows = rows.filter(occurred_at__lt=first + timedelta(days=1)).order_by("-occurred_at", "-pk")
        found = rows.values_list("pk", "group", "person_id", "occurred_at", "text")[: MOST_BEFORE * 2]
        for pk, group, person, at, text in reversed(list(found)):
            if group is not None and since[group] - LOOK_BACK <= at < since[group]:
                self._said[group].append(Message(pk, group, person or 0, at, text))

    def chunk(self, turns: Mapping[int, Turn], rules: Mapping[int, list[Rule]]) -> None:
        """Members that were not seen yet, and what is seen in texts alone."""
        fresh = {turn.membership_id: turn.group_id for turn in turns.values() if turn.membership_id not in self._joined}
        self._meet({pk: group for pk, group in fresh.items() if pk})
        for both in self._detectors.values():
            both.hits.clear()
        by_group: defaultdict[int, list[Message]] = defaultdict(list)
        for turn in turns.values():
            if turn.text and turn.membership_id:
                by_group[turn.group_id].append(message_of(turn, OLD, None))
        together: defaultdict[tuple[int, ...], list[Message]] = defaultdict(list)
        for group, said in by_group.items():
            if group in rules:
                self._both(rules[group])
                together[tuple(rule.pk for rule in rules[group])] += said
        for key, said in together.items():
            self._detectors[key].look_alone(said)

    def _meet(self, fresh: Mapping[int, int]) -> None:
        self._joined |= dict(Membership.objects.filter(pk__in=fresh).values_list("pk", "joined_at"))
        by_day: defaultdict[date, list[int]] = defaultdict(list)
        for pk, group in fresh.items():
            by_day[self._days[group]].append(pk)
        for day, pks in by_day.items():
            rows = DailyActivity.objects.filter(membership__in=pks, day__lt=day).order_by().values_list("membership")
            self._counted.update(dict(rows.annotate(n=Sum("messages"))))

    def after(self, turns: Iterable[Turn], stopped: set[int]) -> None:
        """A batch is over: its messages are what was said before, and those that were not stopped are counted."""
        for turn in turns:
            if turn.kind != EventKind.MESSAGE or turn.person_id is None:
                continue
            self._said[turn.group_id].append(Message(turn.event_id, turn.group_id, turn.person_id, turn.at, turn.text))
            if turn.membership_id and turn.event_id not in stopped:
                self._counted[turn.membership_id] += 1

    def uncount(self, membership: int, messages: int) -> None:
        """Messages that turned out to be violations are taken out of the count."""
        self._counted[membership] -= messages

    def before(self, turns: Sequence[Turn]) -> list[Message]:
        """As moderation.inbound asks the database, of what the play has heard."""
        first, groups = min(turn.at for turn in turns), {turn.group_id for turn in turns}
        found = [one for group in groups for one in self._said[group] if one.at >= first - LOOK_BACK]
        return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[:MOST_BEFORE]

    def posts(self, turns: Iterable[Turn]) -> dict[int, tuple[int, datetime]]:
        """As of then."""
        members = {turn.membership_id for turn in turns if turn.membership_id in self._joined}
        return {pk: (self._counted[pk], self._joined[pk]) for pk in members if pk}

    def detector(self, rules: list[Rule]) -> Screens:
        """Of these rules, with the hits that were found already."""
        return self._both(rules)

    def models(self, group_ids: Collection[int]) -> dict[int, int]:
        """Those in use now, asked once a run."""
        if self._models is None:
            self._models = super().models(list(self._days))
        return {group: pk for group, pk in self._models.items() if group in group_ids}

    def learned(self, rules: Sequence[Rule], model: Model) -> Screens:
        """As live; the rules that are tried by their tried threshold."""
        tried = [rule for rule in rules if rule.pk in self._changed and rule.sort == RuleKind.MODEL]
        stored = [rule for rule in rules if rule.pk not in self._changed]
        if not tried:
            return super().learned(stored, model)
        own = [RuleSpec(rule.pk, RuleKind.MODEL, rule.offence, parse(RuleKind.MODEL, rule.settings)) for rule in tried]
        return _All([super().learned(stored, model), Detector(own, model)])

    def _both(self, rules: list[Rule]) -> "_Both":
        key = tuple(rule.pk for rule in rules)
        if key not in self._detectors:
            self._detectors[key] = _Both(rules, self._changed)
        return self._detectors[key]


class _Both:
    """The rules of one set: those that look at a text alone have looked before; all hits in the order of a Detector."""

    def __init__(self, rules: list[Rule], changed: Collection[int]) -> None:
        self._place = {rule.pk: at for at, rule in enumerate(rules)}
        self._alone = _detectors([rule for rule in rules if rule.sort not in IN_ORDER], changed)
        self._in_order = _detectors([rule for rule in rules if rule.sort in IN_ORDER], changed)
        self.hits: defaultdict[int, list[Hit]] = defaultdict(list)

    def look_alone(self, said: Sequence[Message]) -> None:
        for detector in self._alone:
            for hit in detector.screen(said):
                self.hits[hit.message].append(hit)

    def screen(self, batch: Sequence[Message], before: Sequence[Message] = ()) -> list[Hit]:
        """What all of them see."""
        places = {message.key: at for at, message in enumerate(batch)}
        found = [hit for message in batch for hit in self.hits.get(message.key, ())]
        for detector in self._in_order:
            found += detector.screen(batch, before)
        return sorted(found, key=lambda hit: (places[hit.message], self._place[hit.rule]))


class _All:
    """Several detectors, one after the other."""

    def __init__(self, detectors: Sequence[Screens]) -> None:
        self._detectors = detectors

    def screen(self, batch: Sequence[Message], before: Sequence[Message] = ()) -> list[Hit]:
        """What all of them see."""
        return [hit for detector in self._detectors for hit in detector.screen(batch, before)]


def _detectors(rules: list[Rule], changed: Collection[int]) -> list[Detector]:
    """The detector that looks live, and one of the rules that are tried otherwise than they are stored."""
    stored, tried = [rule for rule in rules if rule.pk not in changed], [rule for rule in rules if rule.pk in changed]
    found = [detector_of(stored)] if stored else []
    return [*found, *([Detector([spec_of(rule) for rule in tried])] if tried else [])]


def first_days(since: Mapping[int, datetime], zones: Mapping[int, str]) -> dict[int, date]:
    """The local day on which each group's history begins."""
    return {group: clock.local(at, zones[group]).date() for group, at in since.items()}
