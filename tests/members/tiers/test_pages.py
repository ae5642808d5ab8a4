"""Pages of the tiers: shares and flow, the rule with its preview, a member held by hand."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groupops.groups.models import GroupDay, Policy
from members.models import DailyActivity, Membership
from members.tiering import TierRule
from members.tiers import nights
from tests.factories.accounts import operator
from tests.factories.members import MembershipFactory, QuestionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def lively(client: Client) -> list[Membership]:
    """A group of a busy one and a quiet one, judged last night; somebody who may care looks."""
    client.force_login(operator())
    now, today = timezone.now(), timezone.localdate()
    busy = MembershipFactory(joined_at=now - timedelta(days=60))
    quiet = MembershipFactory(group=busy.group, joined_at=now - timedelta(days=60))
    for ago in range(1, 31):
        GroupDay.objects.create(group=busy.group, day=today - timedelta(days=ago), messages=9)
        DailyActivity.objects.create(membership=busy, day=today - timedelta(days=ago), messages=9)
    nights.judge(at=now)
    return [busy, quiet]


def test_shares_flow_changes_and_candidates(client: Client, lively: list[Membership]) -> None:
    busy, _quiet = lively
    now = timezone.now()
    QuestionFactory(membership=lively[1], state="answered", how="reply", asked_at=now, answered_at=now, answered_by=busy)
    page = client.get(reverse("members:tiers")).content.decode()
    assert "50.0 %" in page
    assert "tier-gauge" in page
    assert page.count(busy.person.name) == 2, "as a change and as a candidate"
    assert client.get(reverse("members:tiers"), {"group": busy.group_id, "month": "2020-01-31"}).status_code == 200
    assert client.get(reverse("members:tiers"), {"month": "9999-12-31"}).status_code == 200


def test_a_rule_is_looked_at_before_it_is_saved(client: Client, lively: list[Membership]) -> None:
    busy, quiet = lively
    url = reverse("members:tier-rule")
    values = {name: getattr(TierRule(), name) for name in TierRule.__dataclass_fields__} | {"core": 5000}
    place = {"scope": "group", "group": busy.group_id}
    page = client.get(url, place | values).content.decode()
    assert busy.person.name in page
    assert quiet.person.name not in page
    assert "50 % → 0 %" in page
    assert not Policy.objects.exists()
    assert client.get(url, place | values | {"active": 6000}).status_code == 422
    address = f"{url}?scope=group&group={busy.group_id}"
    assert client.post(address, values).status_code == 422, "without a reason"
    assert client.post(address, values | {"why": "核心太多"}).status_code == 302
    assert Policy.objects.get().why == "核心太多"


def test_the_form_locks_the_toast_undoes_and_the_button_unlocks(client: Client) -> None:
    row, by = MembershipFactory(), operator()
    client.force_login(by)
    url = reverse("members:tier-lock", args=[row.pk])
    until = (timezone.localdate() + timedelta(days=3650)).isoformat()
    assert client.get(url).status_code == 200
    assert client.post(url, {"tier": "core", "until": until, "reason": "讲师"}).status_code == 422

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
