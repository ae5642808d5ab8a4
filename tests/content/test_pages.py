"""The pages: what they show, who may do what, forms with and without script, buttons and their undo."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import CatchUp, PostState, SlotState, Why
from groupops.groups.models import Group
from groupops.groups.policy import Post as StaffPost
from groupops.messaging.policy import DeliveryState
from groupops.record.models import AuditEntry
from groupops.shared import clock
from tests.content.conftest import made
from tests.factories.accounts import founder, viewer, volunteer
from tests.factories.content import PostFactory, ScheduleFactory, SlotFactory, bound, delivery_of
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db
HX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
FORM = {
    "title": "早安",
    "kind": "greeting",
    "body": "早上好，{{group}}",
    "weekdays": ["1", "3"],
    "at_time": "09:00",
    "start": "2026-11-01",
    "end": "",
    "holidays": "usual",
    "catch_up": "skip",
}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOW for every door."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def boss(client: Client) -> Client:
    """A founder's browser."""
    client.force_login(founder())
    return client


def page(client: Client, name: str, *args: object, query: str = "", **extra: Any) -> str:
    """The page's text."""
    response = client.get(reverse(name, args=args) + query, **extra)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def test_an_empty_installation_offers_the_plan(boss: Client, group: Group) -> None:
    """Adopting from the empty list leads to the group's schedules; a second click adds nothing."""
    assert group.name in page(boss, "content:schedules")
    for _n in range(2):
        response = boss.post(reverse("content:adopt"), {"group": group.pk})
        assert response["Location"] == f"/content/?group={group.pk}"
    assert Schedule.objects.count() == 8
    text = page(boss, "content:schedules", query=f"?group={group.pk}")
    assert "深度技术讨论" in text
    assert reverse("content:adopt") not in text


def test_the_list_filters_and_pages(boss: Client, group: Group) -> None:
    """By group, kind and whether it is on; 50 a page; a foreign or damaged filter is a 404."""
    on, off = ScheduleFactory.create(group=group, title="开着的"), ScheduleFactory.create(title="关着的", enabled=False, kind="topic")
    assert off.title not in page(boss, "content:schedules", query="?enabled=true")
    assert on.title not in page(boss, "content:schedules", query="?kind=topic")
    assert off.title not in page(boss, "content:schedules", query=f"?group={group.pk}")
    assert "<html" not in page(boss, "content:schedules", query="?enabled=true", **HX)
    for _n in range(55):
        ScheduleFactory.create(group=group)
    text = page(boss, "content:schedules", query="?enabled=true")
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', text)
    assert following
    assert "enabled=true" in following[1]
    assert page(boss, "content:schedules", query=following[1].replace("&amp;", "&")).count("早安") >= 5
    for query in ("?group=999999", "?group=x", "?kind=poem", "?enabled=perhaps", "?group=" + "9" * 5000):
        assert boss.get("/content/" + query).status_code == 404


def test_the_next_five_come_from_rows_and_rule(boss: Client, group: Group) -> None:
    """A weekly schedule has one row within the horizon; the rule gives the rest."""
    made(group, weekdays=1)
    text = page(boss, "content:schedules")
    assert all(day in text for day in ("11-30 09:00", "12-07 09:00", "12-14 09:00", "12-21 09:00"))


def test_equal_query_counts(boss: Client) -> None:
    """One row or thirty: the same number of queries on every list."""

    def count(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert boss.get(url).status_code == 200
        return len(queries)

    schedule = ScheduleFactory.create()
    SlotFactory.create(schedule=schedule, state=SlotState.RELEASED)
    delivery_of(PostFactory.create(group=schedule.group, slot=Slot.objects.get()), DeliveryState.SENT)
    urls = [
        reverse("content:schedules"),
        reverse("content:schedule", args=[schedule.pk]),
        reverse("content:posts", args=[schedule.group_id]),
    ]
    boss.get(urls[0])
    before = [count(url) for url in urls]
    for n in range(30):
        made(bound(), title=f"新{n}")
        slot = SlotFactory.create(schedule=schedule, state=SlotState.RELEASED)
        delivery_of(PostFactory.create(group=schedule.group, slot=slot), DeliveryState.SENT)
    assert [count(url) for url in urls] == before


def test_a_schedules_page_shows_what_became_of_each_slot(boss: Client, group: Group) -> None:
    """Sent with its delivery, missed with why and a button, coming ones to leave out."""
    schedule = made(group, catch_up=CatchUp.ASK)
    sent = SlotFactory.create(schedule=schedule, day=NOW.date(), state=SlotState.RELEASED)
    delivery = delivery_of(PostFactory.create(group=group, slot=sent, state=PostState.SENT, sent_at=NOW), DeliveryState.SENT)
    asked = SlotFactory.create(schedule=schedule, day=NOW.date() - timedelta(days=1), state=SlotState.MISSED, why=Why.ASK)
    text = page(boss, "content:schedule", schedule.pk)
    assert reverse("messaging:delivery", args=[delivery.pk]) in text
    assert reverse("content:send-slot", args=[asked.pk]) in text
    assert reverse("content:leave-slot", args=[asked.pk]) in text
    assert f"/content/{schedule.pk}/skip/2026-11-23/" in text
    assert "早上好，技术交流一群" in text
    assert "<html" not in page(boss, "content:schedule", schedule.pk, **HX)


def test_making_a_schedule(boss: Client, group: Group) -> None:
    """The form, its refusal as 422 with the entries kept, its preview without script, and the schedule."""
    url = reverse("content:create")
    assert group.name in page(boss, "content:create", query=f"?group={group.pk}")
    refused = boss.post(url, FORM | {"group": group.pk, "body": "{{nobody}}"})
    assert refused.status_code == 422
    assert "{{nobody}}" in refused.content.decode()
    preview = boss.post(url, FORM | {"group": group.pk, "preview": "1"})
    assert preview.status_code == 200
    assert "早上好，技术交流一群" in preview.content.decode()
    assert not Schedule.objects.exists()
    made_it = boss.post(url, FORM | {"group": group.pk})
    schedule = Schedule.objects.get()
    assert made_it["Location"] == reverse("content:schedule", args=[schedule.pk])
    assert (schedule.weekdays, schedule.slots.count()) == (0b101, 3)


def test_a_double_submit_makes_one(boss: Client, group: Group) -> None:
    """The second gets the first answer."""
    for _n in range(2):
        boss.post(reverse("content:create"), FORM | {"group": group.pk, "_once": "abc"})
    assert Schedule.objects.count() == 1


def test_editing_a_schedule(boss: Client, group: Group) -> None:
    """Its slots move along; an old version is refused with a word."""
    schedule = made(group)
    url = reverse("content:edit", args=[schedule.pk])
    assert 'value="09:00"' in page(boss, "content:edit", schedule.pk)
    values = FORM | {"weekdays": list("1234567"), "at_time": "09:30", "version": "1"}
    assert boss.post(url, values).status_code == 302
    assert schedule.slots.filter(due_at__minute=30).count() == 8
    assert boss.post(url, values).status_code == 422
    assert boss.post(url, values | {"version": ""}).status_code == 422


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({}, "2026-11-23"),
        ({"start": "9999-12-31"}, ""),
        ({"start": "0001-01-01"}, ""),
        ({"weekdays": []}, ""),
        ({"at_time": "25:00"}, ""),
        ({"end": "2026-10-01"}, ""),
        ({"group": "x"}, ""),
        ({"body": "{{"}, "alert"),
        ({"body": ""}, "2026-11-23"),
    ],
)
def test_the_live_preview_answers_whatever_is_filled_in(boss: Client, group: Group, change: dict[str, Any], seen: str) -> None:
    """The next five times as far as they can be known; nonsense is no crash."""
    response = boss.post(reverse("content:preview"), FORM | {"group": group.pk} | change, **HX)
    assert response.status_code == 200
    assert seen in response.content.decode()
    assert "<html" not in response.content.decode()


def test_the_preview_of_an_edit_knows_its_group(boss: Client, group: Group) -> None:
    """The group comes from the schedule; a damaged id is a 404."""
    schedule = made(group)
    url = reverse("content:preview")
    assert "早上好，技术交流一群" in boss.post(f"{url}?of={schedule.pk}", FORM).content.decode()
    for damaged in ("x", "9" * 5000, "999999"):
        assert boss.post(f"{url}?of={damaged}", FORM).status_code == 404


def test_buttons_and_their_undo(boss: Client, group: Group) -> None:
    """Each answers with a message that carries the opposite act, and goes back to the page it stood on; never to another site."""
    schedule = made(group)
    for act, undo in (("disable", "enable"), ("enable", "disable")):
        response = boss.post(reverse(f"content:{act}", args=[schedule.pk]), {"next": "/content/?enabled=true"}, follow=True)
        assert response.redirect_chain == [("/content/?enabled=true", 302)]
        assert reverse(f"content:{undo}", args=[schedule.pk]) in response.content.decode()
    for act, undo in (("skip", "unskip"), ("unskip", "skip")):
        response = boss.post(f"/content/{schedule.pk}/{act}/2026-11-24/", {"next": "https://evil.example/"}, follow=True)
        assert response.redirect_chain == [(f"/content/{schedule.pk}/", 302)]
        assert f"/content/{schedule.pk}/{undo}/2026-11-24/" in response.content.decode()
    assert AuditEntry.objects.exclude(by=None).count() == 4
    assert boss.post(f"/content/{schedule.pk}/skip/2026-02-30/").status_code == 404
    assert boss.post(f"/content/{schedule.pk}/skip/2026-11-22/").status_code == 409


def test_missed_slots_and_posts_are_sent_or_left_by_a_click(boss: Client, group: Group) -> None:
    """Each once; the second click is told."""
    asking = ScheduleFactory.create(group=group, catch_up=CatchUp.ASK)
    first, second = (SlotFactory.create(schedule=asking, state=SlotState.MISSED, why=Why.ASK) for _n in range(2))
    assert boss.post(reverse("content:send-slot", args=[first.pk])).status_code == 302
    assert boss.post(reverse("content:send-slot", args=[first.pk])).status_code == 409
    assert boss.post(reverse("content:leave-slot", args=[second.pk])).status_code == 302
    failed = PostFactory.create(group=group, state=PostState.FAILED)
    assert boss.post(reverse("content:send-again", args=[failed.pk])).status_code == 302
    waiting = Post.objects.get(slot=first)
    assert boss.post(reverse("content:post-act", args=[waiting.pk, "cancel"])).status_code == 302
    assert boss.post(reverse("content:post-act", args=[waiting.pk, "cancel"])).status_code == 409


def test_saying_something_once(boss: Client, group: Group) -> None:
    """Now, later, refused; the list shows the post with its states and filters by them."""
    url = reverse("content:create-post", args=[group.pk])
    values = {"groups": [group.pk], "title": "直播通知", "kind": "message", "body": "今晚直播", "day": "", "at_time": ""}
    assert boss.get(url).status_code == 200
    assert boss.post(url, values | {"day": "2026-11-23"}).status_code == 422
    assert boss.post(url, values | {"day": "2026-11-21", "at_time": "09:00"}).status_code == 422
    assert boss.post(url, values | {"day": "9999-12-31", "at_time": "09:00"}).status_code == 422
    assert boss.post(url, values | {"day": "2026-11-23", "at_time": "20:00"}).status_code == 302
    assert Post.objects.get().due_at.isoformat() == "2026-11-23T12:00:00+00:00"
    assert "直播通知" in page(boss, "content:posts", group.pk)
    assert "直播通知" not in page(boss, "content:posts", group.pk, query="?state=sent")


def test_who_may_what(client: Client, group: Group) -> None:
    """A viewer reads; a volunteer without a post finds nothing; a deputy of the group writes there and only there."""
    schedule, foreign = made(group), ScheduleFactory.create()
    client.force_login(viewer())
    assert reverse("content:edit", args=[schedule.pk]) not in page(client, "content:schedule", schedule.pk)
    assert client.get(reverse("content:edit", args=[schedule.pk])).status_code == 403
    assert client.get(reverse("content:create")).status_code == 403
    assert client.post(reverse("content:disable", args=[schedule.pk])).status_code == 403
    assert client.post(reverse("content:adopt"), {"group": group.pk}).status_code == 403
    helper = volunteer()
    client.force_login(helper)
    assert schedule.title not in page(client, "content:schedules")
    for name in ("schedule", "edit"):
        assert client.get(reverse(f"content:{name}", args=[schedule.pk])).status_code == 404
    StaffPostFactory.create(group=group, user=helper, post=StaffPost.DEPUTY)
    assert client.post(reverse("content:disable", args=[schedule.pk])).status_code == 302
    assert client.post(reverse("content:disable", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("content:create"), FORM | {"group": foreign.group_id}).status_code == 422
    assert client.post(reverse("content:preview"), FORM | {"group": foreign.group_id}).content.decode().count(foreign.group.name) == 0


def test_both_languages_and_nobody_logged_in(boss: Client, client: Client) -> None:
    """English pages are English; without a login there is only the login."""
    schedule = ScheduleFactory.create(title="x", group=GroupFactory.create(name="y"))
    boss.cookies["language"] = "en"
    assert "Switch off" in page(boss, "content:schedule", schedule.pk)
    client.logout()
    assert client.get("/content/").status_code == 302


def test_words_from_people_are_escaped(boss: Client) -> None:
    """A title, a text and a group's name are shown as typed."""
    nasty = "<script>alert(1)</script>"
    schedule = ScheduleFactory.create(title=nasty, body=nasty, group=bound(name=nasty))
    content.create_post(group=schedule.group, title=nasty, kind="message", body=nasty, due_at=None, by=None, at=NOW)  # type: ignore[arg-type]
    for name, pk in (("content:schedule", schedule.pk), ("content:edit", schedule.pk), ("content:posts", schedule.group_id)):
        assert nasty not in page(boss, name, pk)
    assert nasty not in page(boss, "content:schedules")
