"""`manage.py replay` of whole recordings of real rooms, against counts of the files that know nothing of the pipeline."""

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from groupops.groups.models import Group, GroupDay
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.models import Binding
from members.models import DailyActivity, Membership, Person
from tests import processes
from tests.factories.inbound import kept
from tests.factories.messaging import BindingFactory
from tests.inbound.test_replay_command import everything, replay
from tests.shared_data import shared

ZONE = ZoneInfo("Asia/Shanghai")
SAID = {"message", "action"}
LONGEST = 120.0  # seconds until a killed run must have got to its middle


@dataclass
class Day:
    """What happened on a day."""

    messages: int = 0
    speakers: set[str] = field(default_factory=set)
    joins: int = 0
    leaves: int = 0

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """As a GroupDay has them."""
        return self.messages, len(self.speakers), self.joins, self.leaves


@dataclass
class Tally:
    """A recording, counted line by line in the file's order: whoever's last line is not a leave is there."""

    lines: int = 0
    activity: Counter[tuple[str, date]] = field(default_factory=Counter)
    days: defaultdict[date, Day] = field(default_factory=lambda: defaultdict(Day))
    here: dict[str, bool] = field(default_factory=dict)
    leaves: Counter[str] = field(default_factory=Counter)
    first: dict[str, datetime] = field(default_factory=dict)
    spoke: dict[str, datetime] = field(default_factory=dict)


def count(path: Path) -> Tally:
    """Count a recording; after a rename the new id means the same person."""
    found, means = Tally(), dict[str, str]()
    for row in map(json.loads, path.read_text().splitlines()):
        who, at = means.get(row["user"], row["user"]), datetime.fromisoformat(row["t"])
        if row["kind"] == "rename":
            means[row["new"]] = who
            continue
        day = found.days[at.astimezone(ZONE).date()]
        found.lines += 1
        found.first.setdefault(who, at)
        found.here[who] = row["kind"] != "leave"
        if row["kind"] in SAID:
            found.activity[who, at.astimezone(ZONE).date()] += 1
            found.spoke[who] = at
            day.messages += 1
            day.speakers.add(who)
        elif row["kind"] == "join":
            day.joins += 1
        else:
            day.leaves += 1
            found.leaves[who] += 1
    return found


def compare(room: Binding, found: Tally) -> None:
    """Everything that GroupOps says of the room's past is what the count says."""
    days = GroupDay.objects.filter(group=room.group).values_list("day", "messages", "speakers", "joins", "leaves")
    assert {day: tuple(numbers) for day, *numbers in days} == {day: tally.numbers for day, tally in found.days.items()}
    spoke = DailyActivity.objects.filter(membership__group=room.group, messages__gt=0)  # a reply received makes a row too
    activity = spoke.values_list("membership__person__remote_id", "day", "messages")
    assert {(who, day): messages for who, day, messages in activity} == found.activity
    stays = {stay.person.remote_id: stay for stay in Membership.objects.filter(group=room.group).select_related("person")}
    assert {who: stay.left_at is None for who, stay in stays.items()} == found.here
    assert {who: stay.rejoins for who, stay in stays.items()} == {who: found.leaves[who] - (not here) for who, here in found.here.items()}
    assert {who: stay.last_spoke_at for who, stay in stays.items() if stay.last_spoke_at} == found.spoke
    assert {who: stay.person.first_seen_at for who, stay in stays.items()} == found.first
    assert Group.objects.get(pk=room.group_id).member_count == sum(found.here.values())
    assert kept(room.connection) == {"done": found.lines}


def killed_in_the_middle(room: Binding, path: Path, *, after: int) -> int:
    """Run the command as a process and kill -9 it once it has understood so many; returns how many events are kept."""
    command = [sys.executable, "manage.py", "replay", str(path), "--connection", room.connection.name, "--group", str(room.group_id)]
    process = subprocess.Popen(command, cwd=processes.ROOT, env=processes.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    done, until = StoredEvent.objects.filter(connection=room.connection, state=EventState.DONE), time.monotonic() + LONGEST
    while done.count() < after and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.kill()
    said, _none = process.communicate()
    assert process.returncode == -9, said.decode()
    return StoredEvent.objects.filter(connection=room.connection).count()


@pytest.mark.django_db(transaction=True)
def test_a_room_s_whole_history_killed_in_the_middle_resumed_and_replayed_again() -> None:
    path, room = shared("data", "replay", "gitter_room.jsonl"), BindingFactory()
    found = count(path)
    assert (found.lines, len(found.here)) == (14_854, 1_752), "what the recording's own description says"
    assert 4_000 <= killed_in_the_middle(room, path, after=4_000) < 14_854
    replay(room, path)
    compare(room, found)
    assert Person.objects.count() == 1_752
    before: dict[str, list[dict[str, Any]]] = everything()
    assert "14854 events; 0 new (0 messages)" in replay(room, path)
    assert everything() == before


RECORDINGS = [
    ("channel_two_joins_leaves.jsonl", {"message": 1915, "join": 306, "leave": 334, "rename": 10}),
    ("ubuntu_train_2007-07-03.train-a.jsonl", {"message": 1288, "action": 13, "join": 419, "leave": 61, "rename": 19}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kinds"), RECORDINGS, ids=[name for name, _kinds in RECORDINGS])
def test_a_channel_with_comings_goings_and_renames(name: str, kinds: dict[str, int]) -> None:
    path, room = shared("data", "replay", name), BindingFactory()
    assert Counter(json.loads(line)["kind"] for line in path.read_text().splitlines()) == kinds
    replay(room, path)
    compare(room, count(path))
