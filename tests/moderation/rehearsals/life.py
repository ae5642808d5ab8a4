"""A simulated community whose messages come through the door while the rules are drafts, or live: the same messages in the same batches.

Beside what the simulator writes, by dice: members who recall what they said, who report others, and who advertise again and again.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from groupops.groups.models import Group
from groupops.inbound import pipeline
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event, EventKind
from groupops.messaging.models import Connection
from groupops.simulator.dice import dice
from groupops.simulator.happening import Happening, utc
from groupops.simulator.history import History
from groupops.simulator.rhythm import at as wall
from groupops.simulator.world import World, numbered
from members.models import Colleague, Person
from moderation.detection.rules import RuleKind
from moderation.detection.training import Example, train
from moderation.models import Rehearsal, Rule
from moderation.models.rehearsals import RunState
from moderation.policy import Offence, RuleState
from moderation.rehearsals import services as rehearsing
from moderation.services import ruling
from tests.factories.accounts import operator
from tests.factories.groups import GroupFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory
from tests.factories.moderation import LearnedModelFactory, RuleFactory

KINDS = {"join": EventKind.JOINED, "leave": EventKind.LEFT, "say": EventKind.MESSAGE}  # a new name comes with the next message
AGAIN, REPORTED, RECALLED = 0.006, 0.004, 0.015  # of all messages
BEATS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))  # each a whole number of the one before
HOW_OFTEN = (1, 5, 34)  # on days
SPEAKERS = 9  # who advertise again and again, of each group
ADVERTS = (
    "日赚三百，加微信 jz{0}aa",
    "代练接单，低价出售账号，vx abc{0}",
    "公司招聘后端，15-25k，base 上海",
    "一对一简历修改服务，{0} 元一次",
)
ASKING = {RuleKind.FLOOD, RuleKind.NEAR_DUPLICATE, RuleKind.MENTIONS, RuleKind.PROMOTION}  # people; all other rules act by themselves
Told = tuple[datetime, list[Event]]  # when it arrives, and what


@dataclass
class Life:
    """One installation of the community, and what was counted while it was played."""

    world: World
    connection: Connection
    groups: list[Group]
    end: datetime
    told: Counter[str] = field(default_factory=Counter)


def settled(*, groups: int, members: int, days: int, seed: int, end: date, live: bool) -> Life:
    """The community with its groups, rules and models; nothing was said yet. Of each group's founders one works here."""
    world = numbered(seed=seed, groups=groups, members=members, days=days, end=end)
    connection = ConnectionFactory.create()
    places = [GroupFactory.create(name=stage.name, kind__slug=stage.kind) for stage in world.stages]
    for stage, place in zip(world.stages, places, strict=True):
        BindingFactory.create(group=place, connection=connection, remote_id=stage.room)
    _rules(at=utc(wall(world.opened, 0)))
    if live:
        Rule.objects.update(state=RuleState.LIVE)
    model = train(_judged(seed + 1, end))
    measured = {"weights": model.save(), "queue": model.queue, "automatic": model.automatic}
    for place in (None, *places[::2]):  # the base, which asks people, and models that may act alone
        LearnedModelFactory.create(group=place, **measured)
    return Life(world, connection, places, utc(wall(world.grown + timedelta(days=1), 0)))


def _rules(*, at: datetime) -> None:
    """The shipped rules as drafts, most of them acting by themselves, one of them removing; insults, and the model's."""
    ruling.install_shipped(by=operator(), at=at)
    Rule.objects.exclude(sort__in=ASKING).update(certain=True)
    Rule.objects.filter(sort=RuleKind.CONTACT).update(removes_alone=True)
    Rule.objects.filter(sort=RuleKind.EMOJI).update(from_hour=8, until_hour=20)
    RuleFactory.create(name="骂人", settings={"words": ["脸皮真厚", "笑死", "闲的"]}, offence=Offence.ATTACK, severity="severe")
    RuleFactory.create(name="模型", sort=RuleKind.MODEL, settings={"from": "queue"}, certain=True)
    Rule.objects.update(state=RuleState.DRAFT)


def _judged(seed: int, end: date) -> list[Example]:
    """Verdicts of another community: its adverts, and as many times ten of other lines."""
    told = [one for day in _days(numbered(seed=seed, groups=4, members=60, days=60, end=end)) for one in day if one.verb == "say"]
    adverts = [Example(one.text, offence=True) for one in told if one.part == "advert"]
    return adverts + [Example(one.text, offence=False) for one in told if one.part != "advert"][: 10 * len(adverts)]


def _days(world: World) -> Iterator[list[Happening]]:
    return History(world).before(utc(wall(world.grown + timedelta(days=1), 0)))


def lived(life: Life) -> None:
    """Play all of it, batch by batch."""
    for n, (at, events) in enumerate(_batches(life)):
        life.told.update({"batches": 1, "messages": sum(one.kind == EventKind.MESSAGE for one in events)})
        inbound.store(connection=life.connection, events=events, at=at)
        while StoredEvent.objects.filter(connection=life.connection, state=EventState.PENDING).exists():
            pipeline.drain(connection=life.connection, at=at)
        if not n:
            _employ(life)
    assert not StoredEvent.objects.exclude(state=EventState.DONE).exists(), "something broke the pipeline"


def _employ(life: Life) -> None:
    """The owners work here: what they do, two people decide."""
    history = History(life.world)
    for user, stage in zip(_ours(history, life.world), life.world.stages, strict=True):
        person = Person.objects.filter(remote_id=user, colleague=None).first()
        if person is not None:
            Colleague.objects.create(person=person, user=operator(username=stage.room), by=operator(), at=life.end)


def _ours(history: History, world: World) -> list[str]:
    return [next(iter(history.founders(stage.room))) for stage in world.stages]


def _batches(life: Life) -> Iterator[Told]:
    """Everything in order of arrival: what happens in one beat arrives at its end; how long the beats of a day are is a matter of dice."""
    opened, waiting = utc(wall(life.world.opened, 0)), list[Event]()
    history = History(life.world)
    founders = [(stage.room, user, name) for stage in life.world.stages for user, name in history.founders(stage.room).items()]
    yield opened, [_event(f"founder-{n}", EventKind.JOINED, *one, at=opened) for n, one in enumerate(founders)]
    unruly = {stage.room: list(history.founders(stage.room))[:SPEAKERS] for stage in life.world.stages}
    luck = dice(life.world.name, life.world.seed, "beside the script")
    for day in history.before(life.end):
        beat = luck.choices(BEATS, HOW_OFTEN)[0]
        said = [event for one in day if one.verb in KINDS for event in _with_more(life, one, unruly[one.room], luck)]
        waiting = sorted(waiting + said, key=lambda one: (one.occurred_at, one.key))
        until = (
            _begun(waiting[-1].occurred_at - timedelta(hours=2), BEATS[-1]) if waiting else opened
        )  # what follows may lie before what is told
        yield from _cut([one for one in waiting if one.occurred_at < until], beat)
        waiting = [one for one in waiting if one.occurred_at >= until]
    yield from _cut([one for one in waiting if one.occurred_at < life.end], BEATS[-1])


def _cut(events: list[Event], beat: timedelta) -> Iterator[Told]:
    for begun, found in groupby(events, lambda one: _begun(one.occurred_at, beat)):
        yield begun + beat, list(found)


def _begun(at: datetime, beat: timedelta) -> datetime:
    """When the beat of a moment began."""
    return at - timedelta(seconds=at.timestamp() % beat.total_seconds())


def _with_more(life: Life, one: Happening, unruly: list[str], luck: random.Random) -> Iterator[Event]:
    """The happening as an event, and what follows on it by chance: recalled by its author, reported, an advert of a member."""
    yield _event(one.key, KINDS[one.verb], one.room, one.user, one.name, at=one.at, text=one.text, message=one.key)
    if one.verb != "say":
        return
    if luck.random() < AGAIN:
        who, text = luck.choice(unruly), luck.choice(ADVERTS).format(luck.randint(100, 999))
        key, at = f"{one.key}.advert", one.at + timedelta(seconds=luck.randint(1, 90))
        yield _event(key, EventKind.MESSAGE, one.room, who, who, at=at, text=text, message=key)
        one = Happening(key, at, one.room, "say", who, who, text, part="advert")
    later = one.at + timedelta(seconds=luck.randint(2, 420))  # he who recalls within five minutes is not punished
    if luck.random() < RECALLED * (10 if one.part == "advert" else 1):
        life.told["recalled"] += 1
        yield _event(f"{one.key}.gone", EventKind.MESSAGE_DELETED, one.room, one.user, one.name, at=later, message=one.key)
    if luck.random() < REPORTED * (10 if one.part == "advert" else 1):
        life.told["reports"] += 1
        key, who = f"{one.key}.report", luck.choice(unruly)
        yield _event(key, EventKind.MESSAGE, one.room, who, who, at=later, text="举报", message=key, raw={"reply_to": one.key})


def _event(key: str, kind: EventKind, room: str, user: str, name: str, *, at: datetime, **values: Any) -> Event:
    return Event(key=key, kind=kind, occurred_at=at, group=room, user=user, user_name=name, **values)


def rehearse(life: Life, *, days: int, which: str) -> Rehearsal:
    """The rules over the last days of the history."""
    row = rehearsing.ask(group=None, kind=None, days=days, which=which, by=operator(), at=life.end)
    assert rehearsing.run(pk=row.pk, now=lambda: life.end)
    row.refresh_from_db()
    assert row.state == RunState.DONE
    assert row.result.cut == 0, "more cases than a rehearsal keeps"
    return row
