"""The pages of quarrels and their API: taken, worked through, closed, undone."""

import pytest
from django.test import Client
from django.urls import reverse

from moderation.models import Quarrel
from tests.factories.accounts import operator
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import QuarrelFactory, QuarrelSideFactory

pytestmark = pytest.mark.django_db


def test_taken_worked_through_closed_and_undone(client: Client) -> None:
    row = QuarrelFactory(group=BindingFactory().group)
    for name in ("小李", "小王"):
        QuarrelSideFactory(quarrel=row, membership__group=row.group, membership__person__name=name)
    me = operator(name="小林")
    client.force_login(me)
    page = client.get(reverse("moderation:quarrel", args=[row.pk])).content.decode()
    assert all(text in page for text in ("小李", "小王", "私下沟通"))
    client.post(reverse("moderation:quarrel-assign", args=[row.pk, "take"]))
    assert client.get(reverse("moderation:quarrels"), {"view": "mine"}).context["page"].count == 1
    client.post(reverse("moderation:quarrel-step", args=[row.pk, "talk", "done"]))
    client.post(reverse("moderation:quarrel-say", args=[row.pk]), {"text": "大家先冷静一下"})
    assert client.post(reverse("moderation:quarrel-say", args=[row.pk]), {"text": ""}).status_code == 422
    assert client.post(reverse("moderation:quarrel-close", args=[row.pk]), {"outcome": "won"}).status_code == 422
    done = client.post(reverse("moderation:quarrel-close", args=[row.pk]), {"outcome": "settled", "note": "握手言和"}, follow=True)
    assert reverse("moderation:quarrel-reopen", args=[row.pk]) in done.content.decode()
    assert (Quarrel.objects.get().assigned_to, Quarrel.objects.get().outcome) == (me, "settled")
    client.post(reverse("moderation:quarrel-reopen", args=[row.pk]))
    url = f"/api/v1/quarrels/{row.pk}/"
    assert (
        client.post(f"{url}tick/", {"step": "talk", "done": False}, content_type="application/json").json()["steps"][1]["done_at"] is None
    )
    assert client.post(f"{url}take/", {"mine": False}, content_type="application/json").json()["assigned_to"] is None
    assert client.post(f"{url}close/", {"outcome": "cooled"}, content_type="application/json").json()["outcome"] == "cooled"
    assert client.post(f"{url}close/", {"outcome": "cooled"}, content_type="application/json").status_code == 409
