"""Chat exports in the browser: looked at, told to the door in the background, once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.inbound.models import StoredEvent
from groupops.messaging.models import Binding
from members.importing import services as importing
from members.models import Membership, RosterImport
from members.rostering import ImportState
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.inbound import NOW
from tests.factories.messaging import BindingFactory
from tests.shared_data import shared

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
EXPORT = "data/chat-exports/chatlab_v0.0.2.json"


@pytest.fixture
def by() -> User:
    """Who brings it in."""
    return accounts.operator()


@pytest.fixture
def room() -> Binding:
    """A group with a room."""
    binding: Binding = BindingFactory()
    return binding


def send(client: Client, room: Binding, content: bytes, name: str = "chat.json") -> RosterImport | None:
    """Upload an export; the import, if there is one."""
    answer = client.post(
        reverse("members:imports"), {"what": "chat", "group": room.group_id, "file": SimpleUploadedFile(name, content)}, follow=False
    )
    return RosterImport.objects.get(pk=int(answer["Location"].rstrip("/").rsplit("/", 1)[1])) if answer.status_code == 302 else None


def test_an_export_is_looked_at_then_told_once(client: Client, room: Binding, by: User) -> None:
    client.force_login(by)
    content = shared(EXPORT).read_bytes()
    row = send(client, room, content)
    assert row is not None
    assert (row.state, StoredEvent.objects.count()) == (ImportState.PREVIEWED, 0)
    assert row.counts["format"] == "ChatLab"
    assert (row.counts["joins"], row.counts["invited"], row.counts["known"]) == (1, 1, 0)
    page = client.get(reverse("members:import", args=[row.pk]))
    assert "ChatLab" in page.content.decode()
    importing.start(roster_import=row, by=by, at=NOW)
    assert importing.play(import_id=row.pk, now=lambda: NOW.replace(year=2028), seconds=60)
    row.refresh_from_db()
    assert (row.state, row.content, row.done) == (ImportState.APPLIED, None, row.total)
    assert row.counts["new"] == StoredEvent.objects.count() > 0
    assert Membership.objects.filter(group=room.group, invited_by__isnull=False).count() == 1
    again = send(client, room, content)
    assert again == row
    other = send(client, room, content + b"\n")  # another file that tells the same
    assert other is not None
    assert other.counts["known"] == row.counts["new"]


def test_whoever_goes_on_after_a_kill_tells_the_rest(client: Client, room: Binding, by: User) -> None:
    client.force_login(by)
    row = send(client, room, shared(EXPORT).read_bytes())
    assert row is not None
    importing.start(roster_import=row, by=by, at=NOW)
    later = NOW.replace(year=2028)
    assert not importing.play(import_id=row.pk, now=lambda: later, seconds=-1)  # its time was up after the first part
    told = StoredEvent.objects.count()
    assert importing.play(import_id=row.pk, now=lambda: later, seconds=60)
    assert StoredEvent.objects.count() >= told
    row.refresh_from_db()
    assert row.counts["new"] == StoredEvent.objects.count()


def test_an_unreadable_file_says_where_and_nothing_is_stored(client: Client, room: Binding, by: User) -> None:
    client.force_login(by)
    bad = shared(EXPORT).read_bytes()[:-40]
    answer = client.post(reverse("members:imports"), {"what": "chat", "group": room.group_id, "file": SimpleUploadedFile("x.json", bad)})
    assert answer.status_code == 422
    assert "line" in answer.content.decode()
    assert not RosterImport.objects.exists()


def test_a_group_without_a_room_cannot_hear(client: Client, by: User) -> None:
    client.force_login(by)
    group = GroupFactory()
    file = SimpleUploadedFile("x.json", shared(EXPORT).read_bytes())
    answer = client.post(reverse("members:imports"), {"what": "chat", "group": group.pk, "file": file})
    assert answer.status_code == 422
