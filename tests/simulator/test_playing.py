"""A history through the platform, the door and the pipeline: counted apart, resumed after a kill, never doubled."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from groupops.groups.models import Group, GroupDay
from groupops.inbound import pipeline
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.fake_platform.claiming import claim
from groupops.messaging.fake_platform.ledger import read
from groupops.simulator import hosting, live
from groupops.simulator.happening import Happening
from groupops.simulator.history import History
from groupops.simulator.hosting import PlatformAway, Puppets
from groupops.simulator.rhythm import at
from groupops.simulator.world import World, numbered
from members.models import DailyActivity, FormerName, Membership, Question
from tests.factories.accounts import UserFactory
from tests.simulator import measures

pytestmark = pytest.mark.django_db
END = date(2026, 11, 20)
SIZE = {"groups": 2, "members": 30, "days": 12, "seed": 7}
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(settings: Any, tmp_path: Path) -> Path:
    """A state folder of the test's own, and a founder."""
    settings.STATE_DIR, settings.FAKE_PLATFORM_URL = tmp_path, ""
    UserFactory(role="founder")
    return tmp_path


def simulate(**options: Any) -> None:
    """The command."""
    call_command("simulate", verbosity=0, **({**SIZE, "end": END} | options))


def expected() -> tuple[World, list[Happening]]:
    """What it plays, counted without it."""
    world = numbered(**SIZE, end=END)
    return world, [one for day in History(world).before(at(END + timedelta(days=1), 0)) for one in day]


def counts() -> dict[str, Any]:
    """What stands in the database."""
    return {
        "events": Counter(StoredEvent.objects.values_list("kind", "state")),
        "days": list(GroupDay.objects.order_by("group", "day").values_list("group", "day", "messages", "speakers", "joins", "leaves")),
        "present": Membership.objects.filter(left_at=None).count(),
        "questions": Question.objects.count(),
    }


@pytest.mark.both_databases
def test_what_was_played_is_what_was_written(state: Path) -> None:
    """Messages, speakers, joins, leaves and members as an independent count has them; the second run adds nothing."""
    world, told = expected()
    simulate()
    lines = measures.said(told)
    for stage in world.stages:
        group = Group.objects.get(name=stage.name)
        mine = [one for one in told if one.room == stage.room]
        days = GroupDay.objects.filter(group=group).aggregate(*(Sum(name) for name in ("messages", "joins", "leaves")))
        moves = Counter(one.verb for one in mine)
        assert days == {"messages__sum": moves["say"], "joins__sum": moves["join"], "leaves__sum": moves["leave"]}
        here = measures.members(History(world).founders(stage.room), told, stage.room)
        present = Membership.objects.filter(group=group, left_at=None).select_related("person")
        assert {row.person.remote_id for row in present} == here
        assert group.created_at < min(one.at for one in mine)
        spoken = {(one.user, measures.local(one).date()) for one in mine if one.verb == "say"}
        assert DailyActivity.objects.filter(membership__group=group).count() == len(spoken)
    assert StoredEvent.objects.filter(kind="message.created").count() == len(lines)
    assert set(StoredEvent.objects.filter(kind="message.created").values_list("event_key", "text")) == {
        (one.key, one.text) for one in lines
    }
    assert FormerName.objects.exists() == any(one.verb == "rename" for one in told)
    assert Question.objects.filter(how="reply").exists()
    before = counts()
    simulate()
    assert counts() == before


def test_a_killed_run_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    """Killed while it tells the platform, or while the door has more than the pipeline has understood: nothing is lost or doubled."""
    monkeypatch.setattr("groupops.simulator.playing.BATCH", 100)
    monkeypatch.setattr("groupops.simulator.hosting.AT_ONCE", 40)
    tell, drain, left = Puppets.tell, pipeline.drain, [2, 3]

    def dying(which: int, work: Any) -> Any:
        def call(*args: Any, **values: Any) -> Any:
            left[which] -= 1
            if not left[which]:
                raise KeyboardInterrupt
            return work(*args, **values)

        return call

    monkeypatch.setattr(Puppets, "tell", dying(0, tell))
    with pytest.raises(CommandError, match="goes on"):
        simulate()
    monkeypatch.setattr(Puppets, "tell", tell)
    monkeypatch.setattr(pipeline, "drain", dying(1, drain))
    with pytest.raises(CommandError, match="goes on"):
        simulate()
    assert StoredEvent.objects.filter(state=EventState.PENDING).exists()
    monkeypatch.setattr(pipeline, "drain", drain)
    simulate()
    told = expected()[1]
    kept = [row["id"] for row in read(state / hosting.FOLDER / "platform.jsonl") if row["type"] == "message"]
    assert sorted(kept) == sorted(one.key for one in measures.said(told))
    assert StoredEvent.objects.filter(kind="message.created", state=EventState.DONE).count() == len(kept)
    assert GroupDay.objects.aggregate(all=Sum("messages"))["all"] == len(kept)


def test_a_later_end_goes_on_with_the_same_community(state: Path) -> None:
    """It opened on the same day, and the days that were played stay as they are."""
    simulate()
    first = set(StoredEvent.objects.values_list("event_key", flat=True))
    simulate(end=END + timedelta(days=2))
    later = set(StoredEvent.objects.values_list("event_key", flat=True))
    assert first < later
    assert StoredEvent.objects.filter(occurred_at__gt=at(END + timedelta(days=1), 0)).exists()


def test_sizes_are_refused_that_make_no_sense() -> None:
    """With the range."""
    with pytest.raises(CommandError, match="--members wants a number from 5 to 2000"):
        simulate(members=1)


def test_two_processes_do_not_share_the_platforms_disk(state: Path) -> None:
    """The second is told how to use the first's platform."""
    with claim(state / hosting.FOLDER), pytest.raises(CommandError, match="GROUPOPS_FAKE_PLATFORM_URL"):
        simulate()


def test_it_lives_on_and_answers_what_we_post(state: Path) -> None:
    """The script as the days bring it, talk beside it when it is quiet, and reactions to a post of ours."""
    world = numbered(groups=1, members=40, days=3, seed=7, end=END)
    stage, now = world.stages[0], at(END + timedelta(days=1), 10).astimezone(UTC)
    with hosting.opened(now=lambda: now) as platform, hosting.platform() as puppets:
        found = live.living(world, puppets, "bot", now=now)
        platform.open_room(stage.room, stage.name, {"bot": "助手"} | {stay.id: stay.name for stay in found.history.towns[stage.room].stays})
        found.answer_posts()
        platform.say(stage.room, "bot", "今晚聊聊：大家最近做过的一次选型？")
        found.answer_posts()
        for second in range(0, 1800, 5):
            found.step(now + timedelta(seconds=second))
    said = [row for row in platform.history if row["type"] == "message" and row["user"] != "bot"]
    assert any(row["id"].startswith(world.aside) for row in said)
    assert len(said) > 20
    assert len({row["id"] for row in said}) == len(said)
    with hosting.puppets("http://127.0.0.1:9") as nobody, pytest.raises(PlatformAway):
        nobody.act(stage.room, "say", user="x", text="y")
