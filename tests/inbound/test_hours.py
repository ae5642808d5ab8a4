"""The hours of the week filled from stored events: as they would have been counted, and only once."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from groupops.groups.models import GroupHour
from groupops.inbound.hours import count_anew
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear, joined
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_filled_as_they_are_counted_and_again_changes_nothing() -> None:
    room = BindingFactory(group__zone="America/New_York")
    said = [happened(room.remote_id, name, occurred_at=NOW - timedelta(hours=n * 5)) for n in range(9) for name in ("alice", "bob")]
    hear(room, joined(room.remote_id, "carol"), *said)
    counted = list(GroupHour.objects.order_by("day", "hour").values_list("group", "day", "hour", "messages"))
    assert len(counted) == 9
    assert count_anew(room.group) == 0
    first = GroupHour.objects.order_by("day", "hour").first()
    GroupHour.objects.exclude(pk=first.pk).delete()
    GroupHour.objects.update(messages=1)
    call_command("count_hours")
    assert list(GroupHour.objects.order_by("day", "hour").values_list("group", "day", "hour", "messages")) == counted
    GroupHour.objects.update(messages=7)
    assert count_anew(room.group) == 0, "what was counted and is no longer kept stays"
