"""The pages: upload, preview, decision, taking over by a worker, taking back."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Membership, RosterImport
from members.rostering import ImportState
from members.tasks import carry_imports
from tests.factories import accounts
from tests.factories.groups import GroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    """Somebody who may."""
    client.force_login(accounts.operator())
    return client


def paste(client: Client, text: str) -> RosterImport:
    """Bring a pasted list in."""
    group = GroupFactory()
    answer = client.post(reverse("members:imports"), {"what": "table", "group": group.pk, "text": text})
    assert answer.status_code == 302, answer.content.decode()
    return RosterImport.objects.get()


def test_from_paste_to_members_and_back(operator: Client) -> None:
    row = paste(operator, "小明\n小红\n小明")
    page = operator.get(reverse("members:import", args=[row.pk]))
    assert "小红" in page.content.decode()
    doubt = row.rows.get(verdict="conflict")
    answer = operator.post(reverse("members:import-decide", args=[doubt.pk]), {"decision": "new"})
    assert answer["Location"] == f"/members/imports/{row.pk}/?verdict=conflict"
    operator.post(reverse("members:import-act", args=[row.pk, "apply"]))
    waiting = operator.get(reverse("members:import", args=[row.pk]), {"poll": 1}, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    carry_imports()
    done = operator.get(reverse("members:import", args=[row.pk]), {"poll": 1}, headers={"HX-Request": "true"})
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")
    assert Membership.objects.count() == 3
    carry_imports()
    assert Membership.objects.count() == 3
    operator.post(reverse("members:import-act", args=[row.pk, "undo"]))
    assert Membership.objects.count() == 0
    assert RosterImport.objects.get().state == ImportState.UNDONE


def test_columns_are_chosen_and_a_wrong_choice_is_said(operator: Client) -> None:
    row = paste(operator, "昵称,备注\n小明,xm1")
    url = reverse("members:import-act", args=[row.pk, "compare"])
    assert operator.post(url, {"name": "", "id": ""}).status_code == 422
    assert operator.post(url, {"name": "0", "id": "0"}).status_code == 422
    assert operator.post(url, {"name": "0", "id": "1", "complete": "on"}).status_code == 302
    assert row.rows.get().remote_id == "xm1"


def test_a_bad_list_is_answered_with_its_line(operator: Client) -> None:
    answer = operator.post(reverse("members:imports"), {"what": "table", "group": GroupFactory().pk, "text": '昵称\n"小明'})
    assert answer.status_code == 422
    assert not RosterImport.objects.exists()
    nothing = operator.post(reverse("members:imports"), {"what": "table", "group": GroupFactory().pk})
    assert nothing.status_code == 422


def test_an_import_put_away_forgets_its_lines(operator: Client) -> None:
    row = paste(operator, "小明")
    operator.post(reverse("members:import-act", args=[row.pk, "drop"]))
    assert (RosterImport.objects.get().state, row.rows.count()) == (ImportState.DROPPED, 0)
    assert operator.post(reverse("members:import-act", args=[row.pk, "apply"])).status_code == 409
