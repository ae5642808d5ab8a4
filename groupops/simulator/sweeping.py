"""The demo's sweep as some weeks of it leave it: people in each state, a batch to review, one who waits for a second person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group
from groupops.groups.policy import Scope
from groupops.messaging import delivery
from groupops.simulator.playing import Play
from groupops.simulator.posting import Stage
from members.importing import services as importing
from members.importing import tables
from members.models import Colleague, Membership, SweepCase
from members.sweep import reviewing, seats
from members.sweep import services as sweeping
from members.sweeping import CaseState

DAY = timedelta(days=1)
RULE = {"mode": "remove", "silent_days": 60, "two_person_above": 2, "batch": 8}  # shorter than the seed's: the demo's rooms are that old
SILENT = 12  # people of a group whose last words an old list tells
GRACE_OVER, ASKED_LATELY = 9 * DAY, 2 * DAY  # how long ago each of the two groups was looked at


def seed(play: Play, found: Sequence[Group], clock: Stage, *, by: User, second: User, at: datetime) -> None:
    """One group whose grace is over and one that was asked lately; a group that is not old enough proposes nobody, and is left."""
    older, lately = found[0], found[1]
    _reviewed(play, older, clock, by=by, second=second, at=at)
    _asked(play, lately, clock, by=by, at=at)
    clock.now = at


def _reviewed(play: Play, group: Group, clock: Stage, *, by: User, second: User, at: datetime) -> None:
    """Asked nine days ago; since then one has left, one spoke, one keeps the seat, and the others came to the review."""
    cases = _run(play, group, clock, by=by, at=at - GRACE_OVER)
    if len(cases) < 5:
        return
    room = group.binding.remote_id
    clock.now = at - GRACE_OVER + DAY
    seats.keep(case=cases[0], at=clock.now)
    play.puppets.act(room, "leave", user=cases[1].membership.person.remote_id)
    play.puppets.act(room, "say", user=cases[2].membership.person.remote_id, text="我还在，最近太忙了，一直在看大家聊")
    clock.now = at - DAY
    play.take_in(clock.now)
    sweeping.advance(at=clock.now)
    waiting = list(SweepCase.objects.filter(run=cases[0].run, state=CaseState.IN_REVIEW).order_by("pk"))
    reviewing.spare(cases=waiting[:1], why="讲师，下个月有分享", by=by, at=clock.now)
    reviewing.approve(cases=waiting[1:2], by=by, at=clock.now)
    delivery.run(now=clock)
    play.puppets.fail(name="rejected", operation="kick", times=1)
    reviewing.approve(cases=waiting[2:3], by=by, at=clock.now)
    delivery.run(now=clock)
    reviewing.approve(cases=waiting[3:4], by=by, at=clock.now)  # the third of the run: a second person decides
    clock.now = at - timedelta(hours=3)
    play.take_in(clock.now)
    gone = SweepCase.objects.filter(run=cases[0].run, state=CaseState.REMOVED)
    reviewing.want_back(cases=list(gone), by=second, at=clock.now)


def _asked(play: Play, group: Group, clock: Stage, *, by: User, at: datetime) -> None:
    """Asked two days ago: one could not be reached, the cap leaves some for the next run, one is on leave."""
    play.puppets.fail(name="rejected", operation="whisper", times=1)
    _run(play, group, clock, by=by, at=at - ASKED_LATELY)


def _run(play: Play, group: Group, clock: Stage, *, by: User, at: datetime) -> list[SweepCase]:
    """Look at a group and ask its longest silent; the cases that were asked."""
    clock.now = at
    groups.set_policy(name="members.sweep", scope=Scope.GROUP, group=group, value=RULE, by=by, at=at)
    _remembered(group, by, at)
    silent = Membership.objects.filter(group=group, left_at=None, last_spoke_at__lt=at - 60 * DAY).order_by("-last_spoke_at", "pk")
    if (away := silent.first()) is not None:
        seats.grant(membership=away, until=at + 60 * DAY, reason="休产假", by=by, at=at)
    run = sweeping.start(group=group, by=by, at=at)
    if run.blocked:
        return []
    sweeping.ask(run=run, by=by, at=at, address=settings.PUBLIC_URL)
    delivery.run(now=clock)
    return list(SweepCase.objects.filter(run=run, state=CaseState.ASKED).select_related("run", "membership__person").order_by("pk"))


def _remembered(group: Group, by: User, at: datetime) -> None:
    """An old list tells when some of those last spoke of whom nothing is known: without it they would never be judged."""
    rows = Membership.objects.filter(group=group, left_at=None, last_spoke_at=None, joined_at__lt=at - 61 * DAY, same_as=None)
    rows = rows.exclude(person__in=Colleague.objects.values("person")).exclude(person__remote_id=group.binding.connection.account)
    lines = ["群昵称\t微信号\t最后发言"]
    for n, row in enumerate(rows.select_related("person").order_by("pk")[:SILENT]):
        lines.append(f"{row.person.name}\t{row.person.remote_id}\t{at - (90 + 7 * n) * DAY:%Y-%m-%d %H:%M}")
    if len(lines) == 1:  # a young community: nobody has been silent for so long
        return
    table = tables.read("\n".join(lines).encode())
    made, _new = importing.stage(group=group, table=table, name="机器人进群之前的名单", digest=f"demo-{group.pk}", by=by, at=at)
    importing.start(roster_import=made, by=by, at=at)
    importing.take_over(import_id=made.pk, at=at)
