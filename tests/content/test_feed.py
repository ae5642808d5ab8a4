"""The calendar for other programs: what is in it, who may read it, when it stops."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from content import feeds
from content import services as content
from content.models import FeedKey, Slot
from content.policy import PostState
from content.services.feeds import renew_feed, stop_feed
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.shared import clock, links
from tests.content.conftest import made
from tests.factories import accounts
from tests.factories.content import PostFactory, bound
from tests.factories.groups import NOW, StaffPostFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The doors read NOW; nothing is remembered."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    yield
    cache.clear()


def address(user: User, group: Group | None = None) -> str:
    """The link of a user who has just made one."""
    key = FeedKey.objects.filter(user=user).first() or renew_feed(by=user, at=NOW)
    return reverse("content:feed", args=[feeds.link_of(key, group.pk if group else None)])


def fetch(url: str, **headers: str) -> Any:
    """As a calendar program does it: without a login."""
    return Client().get(url, headers=headers)


def events(url: str) -> dict[str, Any]:
    """The events behind a link, by their names."""
    answer = fetch(url)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_series_keeps_its_wall_clock_when_the_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """09:00 in New York on every day around 2026-11-01, when summer time ends there; the zone is described in the file."""
    before = datetime(2026, 10, 25, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: before)
    group = bound(name="New York", zone="America/New_York")
    made(group, start=date(2026, 10, 26), at=before)
    url = address(accounts.operator(), group)
    found = sorted(events(url).values(), key=lambda event: event["DTSTART"].dt)
    starts = [event["DTSTART"].dt for event in found]
    assert {(start.hour, start.minute) for start in starts} == {(9, 0)}
    assert {start.astimezone(UTC).hour for start in starts} == {13, 14}
    assert {str(event["DTSTART"].params["TZID"]) for event in found} == {"America/New_York"}
    calendar = Calendar.from_ical(fetch(url).content)
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["America/New_York"]


def test_an_event_keeps_its_name_for_life(group: Group) -> None:
    """Promised, a row, moved, a post: always the same event, once."""
    schedule, url, day = made(group), address(accounts.operator(), group), date(2026, 12, 5)
    name = f"slot-{schedule.pk}-{day}@localhost"
    assert events(url)[name]["DTSTART"].dt == datetime(2026, 12, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    content.plan(at=NOW + timedelta(days=6))
    slot = Slot.objects.get(schedule=schedule, day=day)
    assert name in events(url)
    content.move_slot(slot=slot, due_at=slot.due_at + timedelta(hours=1), by=None, at=NOW)
    assert events(url)[name]["DTSTART"].dt.hour == 10
    content.release(at=slot.due_at + timedelta(hours=1, minutes=1))
    assert [key for key in events(url) if f"-{day}" in key or key.startswith("post-")] == [name]


def test_what_was_left_out_or_taken_back_is_cancelled(group: Group) -> None:
    schedule = made(group)
    content.skip_day(schedule=schedule, day=date(2026, 11, 24), by=None, at=NOW)
    post = PostFactory(group=group, state=PostState.CANCELLED)
    draft = PostFactory(group=group, state=PostState.DRAFT)
    found = events(address(accounts.operator(), group))
    assert found[f"slot-{schedule.pk}-2026-11-24@localhost"]["STATUS"] == "CANCELLED"
    assert found[f"post-{post.pk}@localhost"]["STATUS"] == "CANCELLED"
    assert found[f"post-{draft.pk}@localhost"]["STATUS"] == "TENTATIVE"


def test_groups_that_say_the_same_are_one_event(group: Group) -> None:
    made(group)
    made(bound())
    found = events(address(accounts.operator()))
    assert {str(event["SUMMARY"]) for event in found.values()} == {"早安 · ×2"}


def test_texts_are_not_in_it(group: Group) -> None:
    made(group, body="秘密的内容")
    assert "秘密" not in fetch(address(accounts.operator())).content.decode()


def test_unchanged_it_is_not_sent_again(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    made(group)
    url = address(accounts.operator())
    first = fetch(url)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=5))
    again = fetch(url)
    assert (again["ETag"], again["Last-Modified"]) == (first["ETag"], first["Last-Modified"])
    assert again.content == first.content
    assert fetch(url, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert fetch(url, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    made(group, at_time=time(15), title="下午茶")
    changed = fetch(url, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["Last-Modified"] != first["Last-Modified"]


# --- Who may read it


def test_rights_are_asked_at_every_fetch(group: Group) -> None:
    made(group)
    user = accounts.volunteer()
    post = StaffPostFactory(group=group, user=user)
    url, of_group = address(user), address(user, group)
    assert events(url)
    assert events(of_group)
    post.until = NOW
    post.save()
    assert not events(url)
    assert fetch(of_group).status_code == 404


def test_a_new_key_ends_the_old_links(group: Group) -> None:
    user = accounts.operator()
    old = address(user)
    renew_feed(by=user, at=NOW)
    assert fetch(old).status_code == 404
    new = address(user)
    assert fetch(new).status_code == 200
    stop_feed(by=user, at=NOW)
    assert fetch(new).status_code == 404


def test_nobody_who_has_left_reads(group: Group) -> None:
    user = accounts.operator()
    url = address(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert fetch(url).status_code == 404


@pytest.mark.parametrize("link", ["x", "x:y", "WzEsMF0:abc", "%00"])
def test_a_made_up_link_opens_nothing(link: str) -> None:
    assert fetch(f"/content/calendar/{link}.ics").status_code in (400, 404)


def test_a_link_of_one_purpose_is_none_of_another() -> None:
    text = links.sign("feed", [1, 0], key="k")
    assert links.read("feed", text) == ([1, 0], "k")
    assert links.read("appeal", text) is None
    assert not links.holds("k", "")


# --- The page


def test_links_are_made_renewed_and_stopped_on_the_page(group: Group) -> None:
    user, client = accounts.operator(), Client()
    client.force_login(user)
    page = reverse("content:feeds") + f"?group={group.pk}"
    assert ".ics" not in client.get(page).content.decode()
    assert client.post(reverse("content:feed-renew"), {"group": group.pk})["Location"] == page
    shown = client.get(page).content.decode()
    assert shown.count(".ics") >= 2
    assert address(user, group) in shown
    client.post(reverse("content:feed-stop"))
    assert ".ics" not in client.get(page).content.decode()
