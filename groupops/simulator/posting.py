"""The last days before the demo opens: our own posts leave at their time on a moved clock, and people answer them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from content import services as content
from content.models import Slot
from content.policy import SlotState
from groupops.messaging import delivery
from groupops.simulator import reacting
from groupops.simulator.dice import dice
from groupops.simulator.happening import Happening
from groupops.simulator.hosting import Posted
from groupops.simulator.playing import Play

DAYS = 7  # of our own posts before the opening
AFTER = timedelta(seconds=2)  # a post leaves so long after its time
PLAN_EVERY = timedelta(days=7)  # less than the planner looks ahead


@dataclass
class Stage:
    """The clock of the fake platform and of the outbox, while the past is played."""

    now: datetime

    def __call__(self) -> datetime:
        """The moment that is played."""
        return self.now


def week(play: Play, clock: Stage, *, since: datetime, until: datetime) -> Iterator[datetime]:
    """Plan, release and deliver what falls between two moments, each at its time; yields when something left.

    The script up to each moment, and what people say to our posts, is told first, so that the log of the platform is in order of time.
    """
    content.plan(at=since)
    waiting = [one for told in play.history.before(until) for one in told if one.at >= since]
    cursor = play.puppets.said_by(play.connection.account, since=-1)[1]
    for moment in _moments(since, until):
        waiting = _tell(play, waiting, moment)
        clock.now = moment + AFTER
        content.release(at=clock.now)
        delivery.run(now=clock)
        posts, cursor = play.puppets.said_by(play.connection.account, since=cursor)
        waiting = sorted(waiting + list(_answers(play, posts, until)), key=lambda one: (one.at, one.key))
        yield clock.now
    _tell(play, waiting, until)


def _moments(since: datetime, until: datetime) -> list[datetime]:
    due = Slot.objects.filter(state=SlotState.PLANNED, due_at__gte=since, due_at__lt=until - AFTER)
    return list(due.order_by("due_at").values_list("due_at", flat=True).distinct())


def _tell(play: Play, waiting: list[Happening], moment: datetime) -> list[Happening]:
    """What lies before the moment goes out; the rest waits."""
    play.puppets.tell([one.fact() for one in waiting if one.at < moment])
    return [one for one in waiting if one.at >= moment]


def _answers(play: Play, posts: list[Posted], until: datetime) -> Iterator[Happening]:
    for post in posts:
        town = play.history.towns.get(post.room)
        if town is not None:
            luck = dice(play.world.name, play.world.seed, post.room, post.at.isoformat(timespec="minutes"))
            yield from (one for one in reacting.reactions(town, post, luck) if one.at < until)
