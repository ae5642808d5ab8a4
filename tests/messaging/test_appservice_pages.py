"""The registration of an appservice: the file, who may fetch it, the test that is in vain."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from groupops.messaging.models import Connection
from groupops.record.models import AuditEntry
from tests.factories import accounts
from tests.factories.messaging import ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KEPT = {
    "homeserver": "http://127.0.0.1:9",
    "user": "@groupops:example.org",
    "token": "as-secret",
    "hs_token": "hs-secret",
    "id": "groupops-1a2b3c4d",
    "proved": "",
}


@pytest.fixture
def channel(settings: Settings) -> Connection:
    """Made, not yet registered; its homeserver does not answer."""
    settings.ALLOW_PRIVATE_TARGETS = True
    made: Connection = ConnectionFactory(adapter="matrix_appservice", credentials=KEPT)
    return made


@pytest.fixture
def operator(client: Client) -> Client:
    """At the browser."""
    client.force_login(accounts.operator())
    return client


def test_the_file_holds_everything_and_its_fetching_is_noted(channel: Connection, operator: Client) -> None:
    """Every line is YAML and JSON; the address is the door's, without a slash at its end."""
    page = operator.get(reverse("messaging:appservice", args=[channel.pk]))
    assert "groupops-1a2b3c4d.yaml" in page.content.decode()
    assert not any(KEPT[name] in page.content.decode() for name in ("token", "hs_token"))
    file = operator.get(reverse("messaging:appservice-file", args=[channel.pk]))
    lines = dict(line.split(": ", 1) for line in file.content.decode().splitlines())
    values = {name: json.loads(value) for name, value in lines.items()}
    assert values["url"].endswith(f"/in/{channel.door}")
    assert (values["as_token"], values["hs_token"], values["rate_limited"]) == ("as-secret", "hs-secret", False)
    assert values["namespaces"]["users"] == [{"exclusive": True, "regex": r"@groupops:example\.org"}]
    assert file.headers["Content-Disposition"] == 'attachment; filename="groupops-1a2b3c4d.yaml"'
    assert AuditEntry.objects.filter(verb="connection.registration").count() == 1


def test_a_test_in_vain_changes_nothing(channel: Connection, operator: Client) -> None:
    """Back to the page, with the reason."""
    answer = operator.post(reverse("messaging:appservice-test", args=[channel.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("messaging:appservice", args=[channel.pk]), 302)]
    assert channel.credentials["proved"] == Connection.objects.get().credentials["proved"] == ""


@pytest.mark.parametrize("name", ["appservice", "appservice-file", "appservice-test"])
def test_only_those_who_manage_channels_and_only_where_there_is_a_file(channel: Connection, client: Client, name: str) -> None:
    """A volunteer is refused; a channel without registration has no such page."""
    call = client.post if name.endswith("test") else client.get
    client.force_login(accounts.volunteer())
    assert call(reverse(f"messaging:{name}", args=[channel.pk])).status_code == 403
    client.force_login(accounts.operator())
    other = ConnectionFactory()
    assert call(reverse(f"messaging:{name}", args=[other.pk])).status_code == 404
    assert not AuditEntry.objects.filter(verb="connection.registration").exists()
