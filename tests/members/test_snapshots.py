"""Looking at the list of members: what it tells, what it does not believe, and that it goes through the same door."""

from datetime import timedelta

import pytest

from groupops.groups.models import GroupDay
from groupops.inbound import pipeline
from groupops.inbound.filters import KIND_LABELS
from groupops.inbound.models import StoredEvent
from groupops.messaging.adapter import EventKind
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection
from groupops.record.models import Alarm
from groupops.shared import clock
from members import snapshots
from members.models import Membership
from tests.factories import messaging

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = timedelta(hours=25)


@pytest.fixture
def running() -> Platform:
    """A fresh platform."""
    return messaging.platform()


@pytest.fixture
def binding(running: Platform) -> Binding:
    """A room with three members beside us."""
    made = messaging.bound(running)
    for user in ("wang", "li", "zhao"):
        running.join(made.remote_id, user, user)
    return made


def look(ahead: timedelta = timedelta()) -> int:
    """One tick, and the pipeline after it."""
    at = clock.now() + ahead
    found = snapshots.look_around(now=lambda: at)
    for connection in Connection.objects.all():
        pipeline.drain(connection=connection, at=at)
    return found


def present(binding: Binding) -> set[str]:
    """Who is in the group by our books."""
    return set(Membership.objects.filter(group=binding.group, left_at=None).values_list("person__remote_id", flat=True))


def test_the_first_look_gets_to_know_people_without_counting_joins(binding: Binding) -> None:
    """Three are there; nobody joined today. Ourselves are not a member."""
    assert look() == 3
    assert present(binding) == {"wang", "li", "zhao"}
    assert not GroupDay.objects.filter(joins__gt=0).exists()
    binding.group.refresh_from_db()
    assert binding.group.member_count == 3


def test_a_lost_join_and_a_lost_leave_are_found(running: Platform, binding: Binding) -> None:
    """They count from the look on; how somebody left is not known."""
    look()
    running.leave(binding.remote_id, "li", by="li")
    running.join(binding.remote_id, "chen", "陈")
    assert look(DAY) == 2
    assert present(binding) == {"wang", "zhao", "chen"}
    assert Membership.objects.get(person__remote_id="li").left_how == "unknown"
    assert GroupDay.objects.get(joins=1).leaves == 1


def test_nothing_new_is_no_event(binding: Binding) -> None:
    """And within a day nobody looks again."""
    look()
    assert look() == 0
    assert look(DAY) == 0
    assert StoredEvent.objects.count() == 3


def test_a_list_that_lacks_half_is_not_believed(running: Platform, binding: Binding) -> None:
    """A platform that answers with a part of the list must not empty a group."""
    for n in range(30):
        running.join(binding.remote_id, f"m{n}", f"群友{n}")
    look()
    for n in range(25):
        running.leave(binding.remote_id, f"m{n}", by=f"m{n}")
    assert look(DAY) == 0
    assert len(present(binding)) == 33
    assert Alarm.objects.filter(key=f"members:{binding.pk}", closed_at=None).exists()


def test_a_platform_that_is_away_is_asked_again_soon(running: Platform, binding: Binding) -> None:
    """In an hour, not tomorrow; and the first look is still to come: who is found then has not joined."""
    sealed = binding.connection.sealed
    binding.connection.sealed = messaging.ConnectionFactory.build(credentials={"account": "groupops", "url": "memory://nobody"}).sealed
    binding.connection.save()
    assert look() == 0
    binding.refresh_from_db()
    assert binding.counted_at is None
    Connection.objects.update(sealed=sealed)
    assert look(timedelta(minutes=50)) == 0
    assert look(timedelta(minutes=70)) == 3
    assert not GroupDay.objects.filter(joins__gt=0).exists()


def test_every_kind_of_event_has_a_name() -> None:
    """On the list of messages too."""
    assert set(KIND_LABELS) == set(EventKind)
