"""A person gives parked events another try."""

import pytest

from groupops.groups.models import GroupDay
from groupops.groups.policy import Post
from groupops.inbound import services as inbound
from groupops.inbound.models import EventState
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden
from tests.factories.accounts import operator, volunteer
from tests.factories.groups import StaffPostFactory
from tests.factories.inbound import NOW, StoredEventFactory, parked, understand
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_replayed_events_are_understood_and_audited() -> None:
    one, other = BindingFactory(), BindingFactory()
    events = [parked(one), parked(one), parked(other)]
    by = operator()
    assert inbound.replay(event_ids=[event.pk for event in events], by=by, at=NOW) == 3
    understand(one.connection)
    understand(other.connection)
    for event in events:
        event.refresh_from_db()
        assert (event.state, event.error) == (EventState.DONE, "")
    assert sum(GroupDay.objects.values_list("messages", flat=True)) == 3
    lines = AuditEntry.objects.filter(verb="event.replay")
    assert {(line.by, line.group_id) for line in lines} == {(by, one.group_id), (by, other.group_id)}
    assert sorted(len((line.detail.after or {})["events"]) for line in lines) == [1, 2]


def test_what_is_not_parked_is_refused() -> None:
    event = StoredEventFactory()
    with pytest.raises(inbound.NotParked):
        inbound.replay(event_ids=[event.pk], by=operator(), at=NOW)
    assert not AuditEntry.objects.exists()


def test_it_takes_the_right_to_edit_each_group() -> None:
    mine, foreign = BindingFactory(), BindingFactory()
    user = volunteer()
    StaffPostFactory(user=user, group=mine.group, post=Post.DEPUTY)
    StaffPostFactory(user=user, group=foreign.group, post=Post.ADMIN)
    events = [parked(mine), parked(foreign)]
    with pytest.raises(Forbidden):
        inbound.replay(event_ids=[event.pk for event in events], by=user, at=NOW)
    assert inbound.replay(event_ids=[events[0].pk], by=user, at=NOW) == 1
    events[1].refresh_from_db()
    assert events[1].state == EventState.PARKED
