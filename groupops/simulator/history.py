"""The fortnight before the demo: joins and messages with past times, through the same door as everything else."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from groupops.messaging.adapter import Event, EventKind
from groupops.simulator import cast, talk
from groupops.simulator.cast import Persona, Stage

DAYS = 14
ZONE = ZoneInfo("Asia/Shanghai")
# How lively each hour of the day is.
HOURS = dict(zip(range(7, 24), (1, 3, 6, 4, 4, 7, 5, 3, 3, 4, 5, 6, 5, 7, 8, 6, 2), strict=True))


def events(stage: Stage, *, at: datetime) -> Iterator[Event]:
    """What happened in a group before `at`, oldest first; the same for the same day, whenever it is asked."""
    today = at.astimezone(ZONE).date()
    dice = random.Random(f"{stage.room}:{today}")  # noqa: S311  (invented talk)
    yield from (_join(stage, persona, _days_before(today, DAYS + 30 - number)) for number, persona in enumerate(cast.people(stage)))
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        yield from (event for event in _day(stage, day, dice) if event.occurred_at < at)


def _days_before(today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=max(days, 2)), time(10), tzinfo=ZONE)


def _day(stage: Stage, day: date, dice: random.Random) -> list[Event]:
    amount = round(stage.daily * (0.6 if day.weekday() >= 5 else 1) * dice.uniform(0.7, 1.3))
    moments = sorted(_moment(day, dice) for _message in range(amount))
    return [_message(stage, speaker(stage, dice), talk.line(stage.kind, dice), moment, number) for number, moment in enumerate(moments)]


def _moment(day: date, dice: random.Random) -> datetime:
    hour = dice.choices(list(HOURS), weights=list(HOURS.values()))[0]
    return datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), tzinfo=ZONE)


def speaker(stage: Stage, dice: random.Random) -> Persona:
    """One of the group, the talkative more often."""
    present = cast.people(stage)
    return dice.choices(present, weights=[persona.talk for persona in present])[0]


def _join(stage: Stage, persona: Persona, moment: datetime) -> Event:
    key = f"history:{stage.room}:{persona.id}:joined"
    return Event(key, EventKind.JOINED, stage.room, persona.id, moment, user_name=persona.name)


def _message(stage: Stage, persona: Persona, text: str, moment: datetime, number: int) -> Event:
    key = f"history:{stage.room}:{moment:%Y%m%d}:{number}"
    return Event(key, EventKind.MESSAGE, stage.room, persona.id, moment, user_name=persona.name, message=key, text=text)
