"""What several tests of the content share."""

from datetime import date, time
from typing import Any

import pytest

from content import services as content
from content.models import Schedule, Slot
from content.policy import CatchUp, PostKind
from groupops.groups.models import Group
from tests.factories.content import TODAY, bound
from tests.factories.groups import NOW

MAKE: dict[str, Any] = {
    "title": "早安",
    "kind": PostKind.GREETING,
    "body": "早上好，{{group}}",
    "weekdays": 127,
    "at_time": time(9),
    "start": TODAY,
    "end": None,
    "catch_up": CatchUp.SKIP,
    "by": None,
    "at": NOW,
}


@pytest.fixture
def group(db: None) -> Group:
    """An active group in Shanghai with a room."""
    return bound(name="技术交流一群")


def made(group: Group, **values: Any) -> Schedule:
    """A schedule made by the service: daily at 09:00 from today unless said otherwise."""
    return content.create_schedule(group=group, **(MAKE | values))


def table(schedule: Schedule) -> dict[date, tuple[str, str]]:
    """What stands in the slots: (UTC time, state) by day."""
    return {slot.day: (f"{slot.due_at:%d %H:%M}", slot.state) for slot in Slot.objects.filter(schedule=schedule).order_by("day")}
