"""Locks by hand: with reason and end, kept through nights, taken back, undone; only by those who may care."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden, Invalid
from members.models import Membership, TierChange
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


def test_the_form_locks_the_toast_undoes_and_the_button_unlocks(client: Client) -> None:
    row, by = MembershipFactory(), operator()
    client.force_login(by)
    url, until = reverse("members:tier-lock", args=[row.pk]), (TODAY + timedelta(days=3650)).isoformat()
    assert client.get(url).status_code == 200
    assert client.post(url, {"tier": "core", "until": until, "reason": "讲师"}).status_code == 422
    from django.utils import timezone

    until = timezone.localdate().isoformat()
    assert client.post(url, {"tier": "core", "until": until, "reason": "讲师"}).status_code == 302
    row.refresh_from_db()
    assert (row.tier, row.tier_lock_reason) == ("core", "讲师")
    page = client.get(reverse("members:profile", args=[row.person_id])).content.decode()
    assert "讲师" in page
    assert client.post(reverse("members:tier-unlock", args=[row.pk])).status_code == 302
    assert Membership.objects.get(pk=row.pk).tier_locked_until is None
    undo = page[page.index("/members/tiers/undo/") :].split('"')[0]
    assert client.post(undo).status_code == 409, "it was unlocked meanwhile"
