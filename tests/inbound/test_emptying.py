"""Texts are kept as long as their group says; what is counted, and what makes a message once-only, stays."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from groupops.groups.models import Policy
from groupops.groups.policy import Scope
from groupops.inbound import services
from groupops.inbound.models import Emptied, EventState, StoredEvent
from groupops.inbound.services import emptying
from groupops.messaging.models import Binding
from groupops.shared import clock
from tests.factories.accounts import operator
from tests.factories.groups import NOW
from tests.factories.inbound import StoredEventFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def said(binding: Binding, days: float, **values: object) -> StoredEvent:
    """A message that is so many days old."""
    given = {"text": "保密", "raw": {"text": "保密"}, "state": EventState.DONE, "occurred_at": NOW - timedelta(days=days)} | values
    return StoredEventFactory(binding=binding, **given)  # type: ignore[no-any-return]


def words(*rows: StoredEvent) -> list[str]:
    found = dict(StoredEvent.objects.values_list("pk", "text"))
    return [found[row.pk] for row in rows]


def test_after_thirty_days_the_text_is_gone_and_everything_else_stays() -> None:
    room = BindingFactory()
    old, young = said(room, 31), said(room, 29)
    before = StoredEvent.objects.values("event_key", "kind", "remote_user", "occurred_at", "state").get(pk=old.pk)
    assert [services.empty_texts(at=NOW) for _run in range(2)] == [1, 0]
    old.refresh_from_db()
    assert (old.text, old.raw) == ("", {})
    assert StoredEvent.objects.values(*before).get(pk=old.pk) == before
    assert words(young) == ["保密"]
    assert Emptied.objects.get(group=room.group).messages == 1


def test_each_group_keeps_them_as_long_as_its_policy_says() -> None:
    short, long = BindingFactory(), BindingFactory()
    for room, days in ((short, 3), (long, 90)):
        Policy.objects.create(name="messages.kept", scope=Scope.GROUP, group=room.group, version=1, value={"days": days}, at=NOW)
    rows = [said(short, 4), said(short, 2), said(long, 89), said(long, 91)]
    services.empty_texts(at=NOW)
    assert words(*rows) == ["", "保密", "保密", ""]


def test_what_waits_to_be_understood_keeps_its_words_until_it_is() -> None:
    room = BindingFactory()
    waiting, later = said(room, 40, state=EventState.PENDING), said(room, 35)
    services.empty_texts(at=NOW)
    assert words(waiting) == ["保密"]
    StoredEvent.objects.filter(pk=waiting.pk).update(state=EventState.DONE)
    services.empty_texts(at=NOW)
    assert words(waiting, later) == ["", ""]


def test_what_an_import_tells_of_old_days_is_emptied_by_the_next_run() -> None:
    room = BindingFactory()
    said(room, 31)
    services.empty_texts(at=NOW)
    ancient = said(room, 900)
    services.empty_texts(at=NOW)
    assert words(ancient) == [""]


def test_broken_off_in_the_middle_it_goes_on_there(monkeypatch: pytest.MonkeyPatch) -> None:
    room = BindingFactory()
    rows = [said(room, 40 - n) for n in range(5)]
    monkeypatch.setattr(emptying, "CHUNK", 2)
    emptying._chunk(room.group_id, NOW)  # and here the worker was killed
    assert words(*rows).count("") == 2
    services.empty_texts(at=NOW)
    assert words(*rows) == [""] * 5
    assert Emptied.objects.get(group=room.group).messages == 5


def test_rooms_without_a_group_are_not_forgotten() -> None:
    row = said(BindingFactory(), 31, state=EventState.DROPPED, group=None)
    services.empty_texts(at=NOW)
    assert words(row) == [""]
    with pytest.raises(IntegrityError), transaction.atomic():
        Emptied.objects.create(group=None, until=NOW)


def test_the_group_says_how_long() -> None:
    room, client = BindingFactory(), Client()
    said(room, 0, occurred_at=clock.now() - timedelta(days=31))
    services.empty_texts(at=clock.now())
    client.force_login(operator())
    assert "30" in client.get(reverse("groups:detail", args=[room.group_id])).content.decode()
    client.cookies["django_language"] = "en"
    page = client.get(reverse("inbound:messages", args=[room.group_id]), headers={"accept-language": "en"})
    assert page.context["lines"][0]["emptied"]
    assert page.context["text_days"] == 30
