"""Locks by hand: with reason and end, kept through nights, taken back, undone; only by those who may care."""

from datetime import timedelta

import pytest

from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden, Invalid
from members.models import TierChange
from members.tiering import Tier, Why
from members.tiers import services as tiers
from members.tiers.services import Held, NotLocked
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW
from tests.factories.members import MembershipFactory
from tests.members.tiers.test_nights import DAY

pytestmark = [pytest.mark.django_db]
TODAY = DAY + timedelta(days=1)


@pytest.mark.both_databases
def test_locked_unlocked_and_each_undone() -> None:
    row, by = MembershipFactory(), operator()
    was = tiers.lock(membership=row, tier=Tier.CORE, until=TODAY, reason="特邀讲师", by=by, at=NOW)
    row.refresh_from_db()
    locked = Held("core", TODAY, "特邀讲师", by.pk)
    assert (was, tiers.held(row), row.tier_since) == (Held(""), locked, TODAY)
    assert tiers.unlock(membership=row, by=by, at=NOW) == locked
    tiers.restore(membership=row, was=locked, now=Held("core"), by=by, at=NOW)
    with pytest.raises(NotLocked):
        tiers.restore(membership=row, was=locked, now=Held("core"), by=by, at=NOW)
    tiers.restore(membership=row, was=Held(""), now=locked, by=by, at=NOW)
    row.refresh_from_db()
    assert (tiers.held(row), row.tier_since) == (Held(""), None)
    assert list(TierChange.objects.order_by("pk").values_list("was", "tier", "why")) == [
        ("", "core", Why.LOCK), ("core", "core", Why.UNLOCK), ("core", "core", Why.LOCK),
    ]  # fmt: skip
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["tier.lock", "tier.unlock", "tier.undo", "tier.undo"]


def test_refusals() -> None:
    row, by = MembershipFactory(), operator()
    given = {"membership": row, "tier": Tier.CORE, "until": TODAY, "reason": "讲师", "by": by, "at": NOW}
    for wrong in ({"reason": " "}, {"until": DAY}, {"until": TODAY + timedelta(days=400)}):
        with pytest.raises(Invalid):
            tiers.lock(**given | wrong)
    with pytest.raises(Forbidden):
        tiers.lock(**given | {"by": viewer()})
    with pytest.raises(NotLocked):
        tiers.unlock(membership=row, by=by, at=NOW)
