"""Fills the demo: founder and staff, a channel, four groups with ninety days of history, a week of our own posts, and loose ends."""

from datetime import datetime, timedelta

from content import services as content
from groupops.accounts.models import User
from groupops.groups import queries as policies
from groupops.groups import services as groups
from groupops.groups.models import Group
from groupops.groups.policy import Scope
from groupops.inbound.keeping import NAME as KEPT
from groupops.messaging import services as messaging
from groupops.messaging.models import Connection
from groupops.record import services as record
from groupops.simulator import by_hand, hosting, inviting, leftovers, posting, staff, tended
from groupops.simulator.happening import utc
from groupops.simulator.playing import Play
from groupops.simulator.posting import Stage
from groupops.simulator.rhythm import ZONE
from groupops.simulator.rhythm import at as wall
from groupops.simulator.world import DEMO as NAME
from groupops.simulator.world import ONE, demo
from members.questions import services as questions
from members.tiers import nights

BOT = "groupops"  # our account on the fake platform
CHANNEL = "演示平台"
CARERS = ("lin.yun", "he.xiaoxi", "tang.yi")  # of staff.PEOPLE
NIGHTS = 45  # that the tiers look back on
KEPT_DAYS = 120  # the history of ninety days can be read whole
WHY_KEPT = "演示的九十天历史要能看全"
SOON = timedelta(seconds=90)  # after the seed: long enough to log in, short enough to wait for

__all__ = ["BOT", "CHANNEL", "NAME", "SOON", "seed"]


def seed(*, at: datetime) -> None:
    """Everything the demo needs that is not there yet. Again: what the community did meanwhile, and one post that leaves soon."""
    clock = Stage(at)
    with hosting.opened(now=clock), hosting.platform() as puppets:
        world = puppets.settle(demo(end=at.astimezone(ZONE).date()))
        opened = utc(wall(world.opened, 8))
        founder = staff.founder(opened)
        play = Play(world, _connection(founder, opened), puppets)
        play.open(owner=founder)
        _staffed(play, founder, opened)
        _lived(play, clock, founder, at)
    leftovers.soon(founder, at=at, due_at=at + SOON)
    by_hand.seed(founder, due_at=at + SOON, at=at)
    inviting.seed(founder, [stage.name for stage in world.stages], at=at)
    content.plan(at=at)
    questions.lapse(at=at)
    groups.assess(at=at)
    _nights(at)
    while record.seal(at=at):  # else the first page opens with the alarm that nobody does
        pass


def _nights(at: datetime) -> None:
    """The tiers as they would have moved night by night, and what staff did about them; known nights are passed over."""
    people = [User.objects.get(username=username) for username in CARERS]
    for ago in range(NIGHTS, -1, -1):
        night = at - ago * ONE
        nights.judge(at=night)
        tended.care_for(proposed=night, nights=ago, by=people[ago % len(people)], at=at)


def _lived(play: Play, clock: Stage, founder: User, at: datetime) -> None:
    """The history; of a community that has just come also a week of posts, and what is left of it."""
    week = max(utc(wall(at.astimezone(ZONE).date() - posting.DAYS * ONE, 0)), utc(wall(play.world.opened, 9)))
    unplanned = not leftovers.left(play)
    for _played in play.until(week if unplanned else at):
        pass
    if unplanned:
        play.take_in(week)
        for stage in play.world.stages:  # the groups have grown since their rooms were bound: somebody looks again before posts go there
            group = Group.objects.get(name=stage.name)
            messaging.bind(group=group, connection=play.connection, remote_id=stage.room, by=founder, at=week)
        for _moment in posting.week(play, clock, since=week, until=at):
            pass
        clock.now = at
        play.take_in(at)
        leftovers.leave(play, clock, at=at)
        play.take_in(at)


def _connection(user: User, at: datetime) -> Connection:
    found = Connection.objects.filter(name=CHANNEL).first()
    return found or messaging.connect(name=CHANNEL, kind="memory", typed={"account": BOT}, by=user, at=at)


def _staffed(play: Play, founder: User, at: datetime) -> None:
    people = staff.hired(founder, at)
    for group in Group.objects.filter(name__in=[stage.name for stage in play.world.stages]):
        staff.appoint(group, people, founder, at)
        if policies.value_at(KEPT, group=group) is None:
            groups.set_policy(name=KEPT, scope=Scope.GROUP, group=group, value={"days": KEPT_DAYS}, by=founder, at=at, why=WHY_KEPT)
