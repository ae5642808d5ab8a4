"""The pages of raids and their API: who joined, many dealt with at once, undone, ended."""

import pytest
from django.test import Client
from django.urls import reverse

from groupops.messaging.models import Binding
from moderation.models import Case, RaidJoin
from tests.factories.accounts import operator
from tests.factories.members import MembershipFactory
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import RaidFactory, RaidJoinFactory

pytestmark = pytest.mark.django_db


def test_many_are_dealt_with_at_once_and_undone(client: Client) -> None:
    room: Binding = BindingFactory()
    raid = RaidFactory(group=room.group, joins=4)
    rows = [RaidJoinFactory(raid=raid, membership=MembershipFactory(group=room.group)) for _n in range(4)]
    client.force_login(operator())
    act = reverse("moderation:raid-act", args=[raid.pk])
    assert rows[0].membership.person.name in client.get(reverse("moderation:raid", args=[raid.pk])).content.decode()
    client.post(act, {"do": "case", "pk": [rows[0].pk]})
    assert Case.objects.get().membership == rows[0].membership
    page = client.post(act, {"do": "let", "all": "1"}, follow=True).content.decode()
    assert RaidJoin.objects.filter(outcome="let").count() == 3
    undo = page[page.index(f"/moderation/raids/{raid.pk}/undo/") :].split('"')[0]
    client.post(undo)
    assert RaidJoin.objects.filter(outcome="").count() == 3
    assert client.get(reverse("moderation:raid", args=[raid.pk]), {"view": "waits"}).context["page"].count == 3
    answer = client.post(
        f"/api/v1/raids/{raid.pk}/settle/", {"ids": [rows[0].pk, rows[1].pk], "do": "let"}, content_type="application/json"
    )
    assert (answer.json()["done"], [one["id"] for one in answer.json()["skipped"]]) == ([rows[1].pk], [rows[0].pk])
    client.post(reverse("moderation:raid-lift", args=[raid.pk]))
    assert client.get(f"/api/v1/raids/{raid.pk}/").json()["ended_at"]
    assert client.post(f"/api/v1/raids/{raid.pk}/lift/").status_code == 409
