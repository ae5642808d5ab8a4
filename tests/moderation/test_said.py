"""What is known of members before a batch: only as much of their past is read as probation asks for."""

from datetime import timedelta

import pytest

from groupops.inbound.turn import Turn
from groupops.messaging.adapter import EventKind
from members.models import DailyActivity, Membership
from moderation.detection.messages import OLD
from moderation.inbound import LIVE
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory
from tests.factories.moderation import RuleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def spoke(*messages: int) -> Membership:
    """A member, with so many messages on each of the last days."""
    member = MembershipFactory()
    for n, count in enumerate(messages):
        DailyActivity.objects.create(membership=member, day=NOW.date() - timedelta(days=n), messages=count)
    return member


def test_who_spoke_on_enough_days_is_old_and_the_others_are_counted() -> None:
    RuleFactory(sort="probation", settings={"posts": 3, "hours": 0})
    old, few, withheld, silent = spoke(1, 1, 1, 40), spoke(1, 6), spoke(0, 2, 0, 0), spoke()
    turns = [
        Turn(n, EventKind.MESSAGE, 1, "Asia/Shanghai", "a", "A", "你好", "", NOW, membership_id=member.pk)
        for n, member in enumerate((old, few, withheld, silent))
    ]
    found = {pk: said for pk, (said, _since) in LIVE.posts(turns).items()}
    assert found == {old.pk: OLD, few.pk: 7, withheld.pk: 2, silent.pk: 0}
