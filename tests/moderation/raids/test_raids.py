"""A flood of joins begins a raid by itself: it holds, it slows, it tells, it ends; people deal with who came."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from groupops.groups.models import Policy
from groupops.groups.policy import Scope
from groupops.messaging.models import Binding, Delivery
from groupops.record.models import Alarm, AuditEntry
from groupops.shared import clock
from members import holding
from members.entering import Way
from members.joining import queries as joining
from members.models import Membership, Welcome
from members.newcomers import delivery as welcoming
from members.newcomers import services as newcomers
from moderation.models import Case, Raid, RaidJoin
from moderation.models.raids import JoinOutcome
from moderation.policy import CaseState, Source
from moderation.raids import queries, services
from moderation.raids.policy import RaidRule
from moderation.raids.today import source
from moderation.services import capping
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW, StaffPostFactory
from tests.factories.inbound import happened, hear, joined
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import RaidFactory, RaidJoinFactory, RuleFactory, found

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def _flood(room: Binding, people: int, *, begin: datetime = NOW, prefix: str = "raider", apart: timedelta = timedelta(seconds=5)) -> None:
    for n in range(people):
        at = begin + n * apart
        hear(room, joined(room.remote_id, f"{prefix}{n}", occurred_at=at), at=at)


def _place(room: Binding, **values: object) -> None:
    Policy.objects.create(name="moderation.raids", scope=Scope.GROUP, group=room.group, version=1, value=values, at=NOW)


@pytest.mark.both_databases
def test_a_flood_holds_slows_tells_and_ends_by_itself() -> None:
    start = clock.now() - timedelta(minutes=3)  # a welcome looks at the real clock
    room, other = BindingFactory(), BindingFactory()
    _place(room, joins=4, minutes=5)
    _flood(room, 3, begin=start)
    assert not Raid.objects.exists()
    _flood(room, 3, begin=start + MINUTE, prefix="late")
    raid = Raid.objects.get()
    assert (raid.began_at, raid.joins, raid.least) == (start, 6, 4)
    assert RaidJoin.objects.filter(event_id=None).count() == 0
    alarm = Alarm.objects.get(closed_at=None, key=f"moderation-raid:{room.group_id}")
    assert alarm.severity == "critical", "so that staff is told outside the chat"
    assert [item.urgent for item in source(operator(), start)] == [True]
    # It holds: nobody is welcomed, no way leads in, in this group alone.
    late = start + timedelta(minutes=10)
    assert holding.held([room.group_id, other.group_id]) == {room.group_id}
    assert newcomers.say_welcomes(at=late) == 0
    assert Welcome.objects.filter(state="waiting").count() == 6
    doors = joining.doors([room.group, other.group])
    assert (doors[room.group_id].way(start), doors[other.group_id].way(start) == Way.HELD) == (Way.HELD, False)
    # It slows: what a newcomer may not say goes to people, whatever rules there are; a member of before may.
    hear(room, happened(room.remote_id, "late0", "加微信 abc12345"), happened(room.remote_id, "late1", "大家好"), at=late)
    case = Case.objects.get()
    assert (case.membership.person.remote_id, case.state, case.held) == ("late0", CaseState.OPEN, "queue")
    # It ends when nobody joins any more, with a line, and everything goes on.
    assert services.lift_quiet(at=raid.last_join_at + 5 * MINUTE) == 0
    over = start + timedelta(minutes=30)
    assert services.lift_quiet(at=over) == 1
    assert not Alarm.objects.filter(closed_at=None).exists()
    lines: Any = AuditEntry.objects.filter(verb__startswith="raid.")
    assert list(lines.order_by("pk").values_list("verb", "by")) == [
        ("raid.begin", None),
        ("raid.lift", None),
    ]
    assert joining.doors([room.group])[room.group_id].way(start) != Way.HELD
    assert newcomers.say_welcomes(at=over) >= 0
    assert [item.urgent for item in source(operator(), over)] == [False]
    # What belongs to the raid that is over begins no other.
    hear(room, joined(room.remote_id, "after", occurred_at=over), at=over)
    assert Raid.objects.count() == 1


def test_a_welcome_that_was_on_its_way_is_held_too() -> None:
    start = clock.now() - timedelta(minutes=3)
    room = BindingFactory()
    _flood(room, 1, begin=start)
    newcomers.say_welcomes(at=start + timedelta(minutes=6))
    sent = Delivery.objects.get(purpose="welcome")
    assert welcoming.guard(sent, at=start) == ""
    raid = RaidFactory(group=room.group)
    assert welcoming.guard(sent, at=start) == holding.HELD
    Raid.objects.filter(pk=raid.pk).update(hold=False)
    assert welcoming.guard(sent, at=start) == ""


def test_people_deal_with_who_came_and_end_it_themselves() -> None:
    room, by = BindingFactory(), operator()
    _place(room, joins=3, minutes=5)
    _flood(room, 5)
    raid = Raid.objects.get()
    rows = list(queries.entries(raid).order_by("pk"))
    made = services.make_cases(entries=rows[:2], by=by, at=NOW)
    assert (len(made.done), Case.objects.filter(source=Source.STAFF, state=CaseState.OPEN).count()) == (2, 2)
    let = services.let_be(entries=rows, by=by, at=NOW)
    assert (len(let.done), len(let.skipped)) == (3, 2)
    hear(room, happened(room.remote_id, "raider4", "加微信 abc12345"), at=NOW + MINUTE)
    assert Case.objects.count() == 2, "whom a person let be is looked at as everybody"
    assert len(services.look_again(entries=rows, by=by, at=NOW).done) == 3
    assert services.lift(raid=raid, by=by, at=NOW + MINUTE).ended_by == by
    with pytest.raises(services.Over):
        services.lift(raid=raid, by=by, at=NOW + MINUTE)
    stranger = StaffPostFactory(group=room.group, post="volunteer", user=viewer()).user
    assert not services.let_be(entries=rows, by=stranger, at=NOW).done


def test_what_is_old_news_or_switched_off_is_no_raid() -> None:
    room, quiet = BindingFactory(), BindingFactory()
    _place(room, joins=3)
    _place(quiet, joins=3, on=False)
    old = [joined(room.remote_id, f"u{n}", occurred_at=NOW - timedelta(days=2)) for n in range(9)]
    hear(room, *old, at=NOW)
    _flood(quiet, 6)
    assert not Raid.objects.exists()
    _flood(room, 6, apart=10 * MINUTE)
    assert not Raid.objects.exists(), "as many, but not at once"


def test_the_step_costs_the_same_for_any_batch() -> None:
    costs = []
    for n in (6, 7, 60):  # PostgreSQL prepares its statements once a connection
        room = BindingFactory()
        _place(room, joins=4)
        with CaptureQueriesContext(connection) as asked:
            hear(room, *[joined(room.remote_id, f"{n}-{m}") for m in range(n)])
        costs.append(len([one for one in asked if "moderation_raid" in one["sql"]]))
        assert Raid.objects.get(group=room.group).joins == n
    assert costs[1] == costs[2]


@pytest.mark.both_databases
def test_one_raid_lasts_in_a_group_and_everybody_joins_it_once() -> None:
    raid = RaidFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        RaidFactory(group=raid.group, began_at=NOW - MINUTE)
    entry = RaidJoinFactory(raid=raid)
    with pytest.raises(IntegrityError), transaction.atomic():
        RaidJoinFactory(raid=raid, membership=entry.membership)
    with pytest.raises(IntegrityError), transaction.atomic():
        RaidJoin.objects.update(outcome=JoinOutcome.CASE, settled_by=operator(), settled_at=NOW)
    Raid.objects.update(ended_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RaidFactory(group=raid.group)


def test_the_alarm_of_a_cap_closes_when_the_machine_may_act_again() -> None:
    room = BindingFactory()
    Policy.objects.create(name="moderation.ladders", scope=Scope.SITE, version=1, value={"per_hour": 1}, at=NOW)
    RuleFactory()
    _flood(room, 2)
    for one in Membership.objects.order_by("pk"):
        found(one, rule=None)
    assert sorted(Case.objects.values_list("state", "held")) == [("open", "cap"), ("punished", "")]
    assert capping.close_alarms(at=NOW + 30 * MINUTE) == 0
    assert Alarm.objects.filter(closed_at=None, key__startswith="moderation-cap").exists()
    assert capping.close_alarms(at=NOW + 61 * MINUTE) == 1


def test_a_flood_begins_with_its_first_join() -> None:
    rule = RaidRule(joins=3, minutes=2)
    times = [NOW + n * timedelta(seconds=90) for n in range(4)]
    assert rule.begins(times) is None
    assert rule.begins([*times, times[2] + timedelta(seconds=20)]) == times[2] - timedelta(seconds=90)
    assert rule.begins([NOW, NOW, NOW]) == NOW
