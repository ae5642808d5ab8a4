"""A week on a moved clock, on the fake platform: each slot of the seed's tables exactly once, at its local time in its group's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import SlotState
from groupops.groups.models import Group, Kind
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection, Limit
from tests.factories.groups import GroupFactory
from tests.factories.messaging import ConnectionFactory, bound, platform
from tests.week import DAY, DAYS, FIRST, STEP, moments, said, tick, wanted

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ZONES = {"上海": "Asia/Shanghai", "柏林": "Europe/Berlin", "旧金山": "America/Los_Angeles"}
EVE = datetime(2026, 9, 27, tzinfo=ZoneInfo("Pacific/Kiritimati"))  # before the week has begun anywhere


@pytest.fixture
def rooms() -> dict[str, Binding]:
    """Three groups in three zones, each with a room and the plan of its kind, opened on the day before the week."""
    fake, connection = platform(), ConnectionFactory()
    made: dict[str, Binding] = {}
    with time_machine.travel(EVE, tick=False):
        for name, zone in ZONES.items():
            group = GroupFactory(name=name, zone=zone, kind=Kind.objects.get(slug="tech"), created_at=EVE)
            made[name] = bound(fake, group=group, connection=connection)
        content.plan(at=EVE)
    Limit.objects.all().delete()
    return made


def heard(fake: Platform, binding: Binding) -> list[str]:
    """The texts in a room, as the platform keeps them."""
    return [message["text"] for message in fake.rooms[binding.remote_id].messages]


def test_each_slot_once_at_its_local_time(rooms: dict[str, Binding]) -> None:
    """Two beats at every step; the platform's own log has as many texts as the seed's tables want, and the same."""
    for moment in moments(*ZONES.values()):
        tick(moment, times=2)
    for binding in rooms.values():
        assert said(binding.group) == wanted()
        sent = Post.objects.filter(group=binding.group).order_by("sent_at", "pk").values_list("body", flat=True)
        assert heard(_fake(), binding) == list(sent)
        assert "国庆" in next(text for text in heard(_fake(), binding) if "节" in text)


def test_what_a_group_switched_off_stays_silent(rooms: dict[str, Binding]) -> None:
    quiet, other = rooms["上海"].group, rooms["柏林"].group
    schedule = Schedule.objects.get(group=quiet, title="技术资讯 + 午休话题")
    content.disable(schedule=schedule, by=None, at=EVE)
    for moment in moments("Asia/Shanghai", "Europe/Berlin", days=3):
        tick(moment)
    until = f"{FIRST + 3 * DAY}"
    assert [line for line in said(quiet) if line[0] < until] == [line for line in wanted(silent="技术资讯 + 午休话题") if line[0] < until]
    assert [line for line in said(other) if line[0] < until] == [line for line in wanted() if line[0] < until]


def test_three_hours_without_a_beat_are_judged_by_policy(rooms: dict[str, Binding]) -> None:
    """Monday, 10:30 to 13:30 in Shanghai: noon is found 90 minutes late, so it is missed, visibly; nothing else is touched."""
    group = rooms["上海"].group
    zone = ZoneInfo("Asia/Shanghai")
    away = datetime(2026, 9, 28, 10, 30, tzinfo=zone), datetime(2026, 9, 28, 13, 30, tzinfo=zone)
    for moment in moments("Asia/Shanghai", days=2):
        if not away[0] < moment < away[1]:
            tick(moment)
    assert [title for _at, title in said(group)] == [title for at, title in wanted() if at < "2026-09-30" and at != "2026-09-28 12:00"]
    missed = Slot.objects.get(schedule__group=group, state=SlotState.MISSED, day__gte=FIRST)
    assert (str(missed.day), missed.schedule.title, missed.why) == ("2026-09-28", "技术资讯 + 午休话题", "late")


@pytest.mark.parametrize(("catch_up", "state"), [("once_late", "released"), ("ask", "missed")])
def test_an_outage_by_the_other_policies(rooms: dict[str, Binding], catch_up: str, state: str) -> None:
    """Sent once, late, on the same day; or left for a person to decide."""
    schedule = Schedule.objects.get(group=rooms["上海"].group, title="技术资讯 + 午休话题")
    Schedule.objects.filter(pk=schedule.pk).update(catch_up=catch_up, follows=False)
    noon = datetime(2026, 9, 28, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    for moment in (noon - STEP, noon + timedelta(hours=3), noon + timedelta(hours=3) + STEP):
        tick(moment)
    slot = Slot.objects.get(schedule=schedule, day=FIRST)
    assert (slot.state, Post.objects.filter(slot=slot, state="sent").count()) == (state, int(state == "released"))


def _fake() -> Platform:
    from groupops.messaging.fake_platform import inprocess

    return inprocess._platforms["test"]


def test_the_table_is_the_seeds() -> None:
    """The hand-written week covers seven days, and the groups' kind has exactly the lines it names."""
    assert len(DAYS) == 7
    assert Group.objects.count() == 0
    assert Connection.objects.count() == 0
