"""Public forms: one address may send so many, reading is free, and behind a trusted proxy addresses are told apart."""

import pytest
from django.test import Client

from members.invitations import addresses
from members.models import Invitation, Waiting
from tests.factories.groups import GroupFactory
from tests.factories.inviting import CampaignFactory
from tests.factories.joining import JoinCodeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small rate."""
    monkeypatch.setattr("groupops.shared.throttle.PublicForms.THROTTLE_RATES", {"public_form": "2/hour"})


def test_the_third_is_told_when_to_come_back() -> None:
    """429 with Retry-After, nothing stored; another address and reading go on."""
    code = JoinCodeFactory(groups=[GroupFactory()])
    send = [Client().post(f"/p/j/{code.code}/wait", {"name": f"人{n}", "contact": f"wx-{n}-id"}) for n in range(3)]
    assert [answer.status_code for answer in send] == [302, 302, 429]
    assert int(send[2]["Retry-After"]) > 0
    assert Waiting.objects.count() == 2
    assert Client().get(f"/p/j/{code.code}").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.7").post(f"/p/j/{code.code}/wait", {"name": "人", "contact": "wx-9-id"}).status_code == 302


def test_forms_share_the_count() -> None:
    """Who filled the waiting list does not go on with applications."""
    code, campaign = JoinCodeFactory(groups=[GroupFactory()]), CampaignFactory(groups=[GroupFactory()])
    for n in range(2):
        Client().post(f"/p/j/{code.code}/wait", {"name": f"人{n}", "contact": f"wx-{n}-id"})
    link = addresses.apply_url(campaign).rsplit("/", 1)[-1]
    assert Client().post(f"/p/a/{link}", {"name": "王五"}).status_code == 429
    assert not Invitation.objects.exists()
