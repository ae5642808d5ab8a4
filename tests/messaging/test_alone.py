"""Acts that go one at a time in a room: the second steps aside, in other rooms nobody waits."""

import pytest

from groupops.messaging import delivery as engine
from groupops.messaging.adapter import Operation
from groupops.messaging.degrading import Doing
from groupops.messaging.delivery.limiting import Full
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Delivery
from groupops.messaging.policy import Step
from groupops.shared import clock
from tests.factories.messaging import DeliveryFactory, bound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ALONE = frozenset({Operation.MUTE, Operation.UNMUTE})
MUTE = Doing(Step.ASKED, Operation.MUTE, "")


def claimed(running: Platform) -> list[Delivery]:
    """Two mutes in one room, one in another of the same connection."""
    here = bound(running)
    there = bound(running, connection=here.connection)
    for group in (here.group, here.group, there.group):
        DeliveryFactory(group=group, connection=here.connection, operation=Operation.MUTE, user="wang")
    return engine.claim(here.connection_id, at=clock.now())


def test_two_in_one_room_follow_each_other(running: Platform) -> None:
    """The second waits while the first is under way; afterwards it goes."""
    first, second, elsewhere = claimed(running)
    under_way = engine.begin(first, MUTE, alone=ALONE, at=clock.now())
    assert isinstance(under_way, Attempt)
    waits = engine.begin(second, MUTE, alone=ALONE, at=clock.now())
    assert isinstance(waits, Full)
    assert not waits.whole
    assert isinstance(engine.begin(elsewhere, MUTE, alone=ALONE, at=clock.now()), Attempt)
    Attempt.objects.filter(pk=under_way.pk).update(ended_at=clock.now())
    assert isinstance(engine.begin(second, MUTE, alone=ALONE, at=clock.now()), Attempt)


def test_platforms_without_such_acts_wait_for_nobody(running: Platform) -> None:
    """Nothing is declared: both at once."""
    first, second, _elsewhere = claimed(running)
    assert all(isinstance(engine.begin(delivery, MUTE, at=clock.now()), Attempt) for delivery in (first, second))
