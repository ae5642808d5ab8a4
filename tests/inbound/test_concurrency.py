"""Shuffled, tripled, by several workers at once: the effects are those of the distinct events."""

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connections
from django.db.models import Sum

from groupops.groups.models import GroupDay
from groupops.inbound import pipeline, queries
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import Event, EventKind
from groupops.messaging.models import Binding
from members.models import DailyActivity, Membership, Person
from tests.factories.inbound import NOW, chatter, hear, joined, kept, left, understand
from tests.factories.messaging import BindingFactory
from tests.shared_data import shared

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
KINDS = {"message": EventKind.MESSAGE, "join": EventKind.JOINED, "leave": EventKind.LEFT}


def together(*works: Callable[[], object]) -> None:
    """Run everything at the same moment, in threads; raises what one of them raised."""
    barrier, errors = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait()
            work()
        except BaseException as error:  # noqa: BLE001  (told to the test below)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def effects() -> dict[str, Any]:
    """What the events did, as numbers that may be compared."""
    days = GroupDay.objects.aggregate(*[Sum(name) for name in ("messages", "speakers", "joins", "leaves")])
    return {
        **days,
        "activity": DailyActivity.objects.aggregate(Sum("messages"))["messages__sum"],
        "people": Person.objects.count(),
        "present": set(Membership.objects.filter(left_at=None).values_list("person__remote_id", flat=True)),
        "rejoins": dict(Membership.objects.values_list("person__remote_id", "rejoins")),
        "spoke": dict(Membership.objects.values_list("person__remote_id", "last_spoke_at")),
        "states": set(StoredEvent.objects.values_list("state", flat=True)),
    }


@pytest.mark.parametrize("leased", [True, False], ids=["with leases", "both beyond their lease"])
def test_two_processors_at_once(*, leased: bool) -> None:
    room: Binding = BindingFactory()
    inbound.store(connection=room.connection, events=chatter(room, 600, people=40), at=NOW)

    def beyond() -> None:
        while ids := queries.pending(room.connection_id, 100):
            pipeline.handle(connection=room.connection, event_ids=ids, at=NOW)

    together(*[(lambda: understand(room.connection)) if leased else beyond] * 2)
    understand(room.connection)
    assert kept(room.connection) == {"done": 600}
    assert (effects()["messages__sum"], effects()["activity"], effects()["speakers__sum"]) == (600, 600, 40)


def test_two_doors_at_once_keep_each_event_once() -> None:
    room: Binding = BindingFactory()
    events = chatter(room, 120)
    new: list[int] = []

    def knock(part: list[Event]) -> Callable[[], None]:
        return lambda: new.append(inbound.store(connection=room.connection, events=part, at=NOW))

    together(*[knock(events)] * 3)
    assert (sum(new), StoredEvent.objects.count()) == (120, 120)


def test_one_lease_for_many_takers() -> None:
    room: Binding = BindingFactory()
    taken: list[bool] = []
    together(
        *[lambda: taken.append(inbound.lease(connection_id=room.connection_id, name="fetch_lease", span=NOW - NOW.replace(hour=3)))] * 8
    )
    assert Counter(taken) == {True: 1, False: 7}


def test_two_connections_of_one_platform_meet_the_same_strangers_at_once() -> None:
    rooms = [BindingFactory() for _n in range(2)]
    for room in rooms:
        events = chatter(room, 200, people=50)
        inbound.store(connection=room.connection, events=random.Random(room.pk).sample(events, 200), at=NOW)
    together(*[lambda room=room: understand(room.connection) for room in rooms])
    assert (Person.objects.count(), Membership.objects.count()) == (50, 100)
    assert effects()["messages__sum"] == 400


def test_a_replay_of_a_real_channel_three_times_shuffled() -> None:
    rows = [json.loads(line) for line in shared("data", "replay", "channel_two_joins_leaves.jsonl").read_text().splitlines()][:2000]
    room: Binding = BindingFactory()
    seen = datetime(2007, 1, 2, tzinfo=NOW.tzinfo)
    events = [_event(room, n, row) for n, row in enumerate(rows) if row["kind"] in KINDS]
    shuffled = random.Random(11).sample(events * 3, len(events) * 3)
    new = sum(
        inbound.store(connection=room.connection, events=shuffled[start : start + 700], at=seen) for start in range(0, len(shuffled), 700)
    )
    assert new == len(events)
    together(*[lambda: understand(room.connection, at=seen)] * 2)
    understand(room.connection, at=seen)
    inbound.store(connection=room.connection, events=events, at=seen)
    assert understand(room.connection, at=seen) == 0, "the whole once more changes nothing"
    kinds = Counter(event.kind for event in events)
    found = effects()
    assert found["states"] == {EventState.DONE}
    assert (found["messages__sum"], found["joins__sum"], found["leaves__sum"]) == tuple(kinds[kind] for kind in KINDS.values())
    assert found["activity"] == kinds[EventKind.MESSAGE]
    assert found["people"] == len({event.user for event in events})
    assert found["speakers__sum"] == len({event.user for event in events if event.kind == EventKind.MESSAGE})
    room.group.refresh_from_db()
    assert room.group.member_count == len(found["present"])


def _event(room: Binding, n: int, row: dict[str, str]) -> Event:
    at = datetime.fromisoformat(row["t"])
    return Event(f"{n}", KINDS[row["kind"]], room.remote_id, row["user"], at, user_name=row["user"], text=row.get("text", ""))


def test_any_order_of_comings_and_goings_ends_the_same() -> None:
    one, other = BindingFactory(), BindingFactory()
    story: list[tuple[Callable[..., Event], str, int]] = []
    for n, user in enumerate(["a", "b", "c", "d"]):
        story += [(act, user, 10 * step + n) for step, act in enumerate([joined, left, joined, left, joined][: n + 1])]
    for room, order in ((one, story), (other, random.Random(3).sample(story, len(story)))):
        for act, user, minute in order:
            hear(room, act(room.remote_id, user, occurred_at=NOW.replace(hour=1 + minute // 60, minute=minute % 60)))
    columns = ("person__remote_id", "left_at", "left_how", "rejoins", "joined_at")
    stays = [list(Membership.objects.filter(group=room.group).order_by("person__remote_id").values_list(*columns)) for room in (one, other)]
    assert stays[0] == stays[1]
    assert [stay[3] for stay in stays[0]] == [0, 0, 1, 1]
