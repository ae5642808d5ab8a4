"""The API: the pages' rules over JSON, with versions, foreign objects and bad bodies."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from content.models import Post, Schedule, Slot
from content.policy import PostState, SlotState, Why
from groupops.groups.models import Group, KeyMoment
from groupops.shared import clock
from tests.content.conftest import made
from tests.factories.accounts import founder, viewer, volunteer
from tests.factories.content import TODAY, PostFactory, ScheduleFactory, SlotFactory, bound
from tests.factories.groups import NOW

pytestmark = pytest.mark.django_db
SCHEDULES, SLOTS, POSTS = (f"/api/v1/{name}/" for name in ("schedules", "slots", "posts"))


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOW for every door."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def api() -> APIClient:
    """A founder's session."""
    client = APIClient()
    client.force_authenticate(founder())
    return client


def body(group: Group, /, **values: Any) -> dict[str, Any]:
    """A schedule as it is posted."""
    return {"group": group.pk, "title": "早安", "body": "早", "weekdays": [1, 2], "at": "09:00", "start": "2026-11-01"} | values


def test_a_schedules_life(api: APIClient, group: Group) -> None:
    """Made, read, changed under its version, switched off and on, a day left out and taken back."""
    created = api.post(SCHEDULES, body(group))
    assert created.status_code == 201, created.content
    one = f"{SCHEDULES}{created.json()['id']}/"
    assert api.get(one).json()["weekdays"] == [1, 2]
    assert api.patch(one, {"at": "09:30"}).status_code == 422
    assert api.patch(one, {"at": "09:30", "version": 1}).json()["at"] == "09:30:00"
    assert api.patch(one, {"title": "晚", "version": 1}).status_code == 409
    assert Slot.objects.filter(due_at__minute=30).count() == 3
    assert api.post(f"{one}disable/").json()["enabled"] is False
    assert api.post(f"{one}enable/").json()["enabled"] is True
    assert api.post(f"{one}skip/", {"day": "2026-11-24"}).json()["skip"] == ["2026-11-24"]
    assert api.post(f"{one}unskip/", {"day": "2026-11-24"}).json()["skip"] == []
    assert api.post(f"{one}skip/", {"day": "2026-11-25"}).status_code == 422
    assert api.delete(one).status_code == 405


@pytest.mark.parametrize(
    "values",
    [
        {"weekdays": []},
        {"weekdays": [8]},
        {"weekdays": [True]},
        {"weekdays": "1"},
        {"weekdays": None},
        {"at": "24:00"},
        {"start": "9999-12-31"},
        {"start": "0001-01-01"},
        {"end": "2026-10-01"},
        {"body": "{{name}}"},
        {"title": "x" * 81},
        {"kind": "poem"},
        {"catch_up": "all"},
        {"group": "x"},
        {"version": 3, "enabled": False, "zone": "UTC", "nonsense": 1},
    ],
)
def test_bad_bodies_are_refused_and_store_nothing(api: APIClient, group: Group, values: dict[str, Any]) -> None:
    """422 with problem+json."""
    response = api.post(SCHEDULES, body(group, **values))
    assert response.status_code == 422, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert not Schedule.objects.exists()


def test_characters_that_cannot_be_stored_are_refused(api: APIClient, group: Group) -> None:
    """NUL and half a surrogate pair: a 4xx, never a crash."""
    for text in ("\\u0000", "\\ud800"):
        raw = json.dumps(body(group, title="TITLE")).replace("TITLE", text)
        assert 400 <= api.generic("POST", SCHEDULES, raw, content_type="application/json").status_code < 500
    assert not Schedule.objects.exists()


def test_slots_are_read_sent_and_left(api: APIClient, group: Group) -> None:
    """Filtered by schedule, group, state and day; a missed one is sent once."""
    schedule = made(group)
    ScheduleFactory.create()
    missed = SlotFactory.create(schedule=schedule, day=TODAY, state=SlotState.MISSED, why=Why.ASK)
    for query in (f"schedule={schedule.pk}", f"group={group.pk}", "since=2026-11-23", "state=planned"):
        assert api.get(f"{SLOTS}?{query}").status_code == 200
    assert [row["id"] for row in api.get(f"{SLOTS}?state=missed").json()["results"]] == [missed.pk]
    assert api.get(f"{SLOTS}?until=2026-11-01").json()["results"] == []
    assert api.post(f"{SLOTS}{missed.pk}/leave/").status_code == 204
    assert api.post(f"{SLOTS}{missed.pk}/send/").status_code == 201
    assert api.post(f"{SLOTS}{missed.pk}/send/").status_code == 409
    assert api.get(f"{SLOTS}{missed.pk}/").json()["post"] == Post.objects.get().pk
    for query in ("schedule=x", "group=1e999", "group=NaN", "since=no", "state=open"):
        assert api.get(f"{SLOTS}?{query}").status_code == 422


def test_posts_are_made_cancelled_and_sent_anew(api: APIClient, group: Group) -> None:
    """Now or later; refused in the past."""
    made_now = api.post(POSTS, {"group": group.pk, "title": "通知", "body": "今晚直播"})
    assert made_now.status_code == 201
    assert api.post(POSTS, {"group": group.pk, "title": "通知", "body": "x", "due_at": "2020-01-01T00:00:00Z"}).status_code == 422
    one = f"{POSTS}{made_now.json()['id']}/"
    assert api.post(f"{one}cancel/").json()["state"] == "cancelled"
    assert api.post(f"{one}again/").status_code == 409
    failed = PostFactory.create(group=group, state=PostState.FAILED)
    assert api.post(f"{POSTS}{failed.pk}/again/").json()["replaces"] == failed.pk
    assert api.get(f"{POSTS}?group={group.pk}&state=scheduled").json()["count"] == "1"


def test_who_may_what(group: Group) -> None:
    """A viewer reads, a volunteer without a post sees nothing, nobody unknown gets in."""
    schedule, slot, post = (
        made(group),
        SlotFactory.create(schedule=ScheduleFactory.create(group=group), state=SlotState.MISSED),
        PostFactory.create(group=group),
    )
    client = APIClient()
    assert client.get(SCHEDULES).status_code == 401
    acts = [f"{SCHEDULES}{schedule.pk}/disable/", f"{SLOTS}{slot.pk}/send/", f"{POSTS}{post.pk}/cancel/"]
    for user, write, read in ((viewer(), 403, 200), (volunteer(), 404, 404)):
        client.force_authenticate(user)
        assert [client.post(url).status_code for url in acts] == [write] * 3
        assert [client.get(url.rsplit("/", 2)[0] + "/").status_code for url in acts] == [read] * 3
        assert client.post(SCHEDULES, body(group)).status_code == write
        assert bool(client.get(SLOTS).json()["results"]) is (read == 200)


def test_a_posts_life(api: APIClient, group: Group) -> None:
    """Drafted, changed under its version, submitted, approved, held, moved, released, cancelled, brought back, tested."""
    made_ = api.post(POSTS, {"group": group.pk, "title": "通知", "body": "{{weekday}}见", "due_at": "2026-11-23T12:00:00Z", "draft": True})
    assert made_.status_code == 201, made_.content
    assert made_.json()["state"] == PostState.DRAFT
    one = f"{POSTS}{made_.json()['id']}/"
    assert api.patch(one, {"title": "改"}).status_code == 422
    assert api.patch(one, {"title": "改", "version": 1}).json()["version"] == 2
    assert api.patch(one, {"title": "再改", "version": 1}).status_code == 409
    assert api.post(f"{one}submit/", {"note": "请看"}).json()["note"] == "请看"
    assert api.post(f"{one}approve/", {"version": 1}).status_code == 409
    assert api.post(f"{one}send-back/", {"note": "短一点"}).json()["state"] == PostState.DRAFT
    assert api.post(f"{one}approve/").json()["state"] == PostState.SCHEDULED
    assert api.post(f"{one}hold/").json()["state"] == PostState.APPROVED
    version = api.post(f"{one}unhold/").json()["version"]
    assert api.post(f"{one}move/", {"due_at": "2026-11-24T12:00:00Z", "version": version}).json()["due_at"].startswith("2026-11-24")
    assert api.post(f"{one}cancel/").json()["state"] == PostState.CANCELLED
    assert api.post(f"{one}restore/").json()["state"] == PostState.SCHEDULED
    assert api.post(f"{one}test/", {"room": group.pk}).status_code == 202
    assert api.post(f"{one}send-now/").json()["released_at"]
    assert api.post(f"{one}hold/").status_code == 409


def test_posts_for_many_groups(api: APIClient, group: Group) -> None:
    """One call, one bundle; a moment's proposals once; one day of a series."""
    other = bound()
    both = {"groups": [group.pk, other.pk]}
    answer = api.post(f"{POSTS}bundle/", both | {"title": "活动", "body": "周五见", "due_at": "2026-11-23T12:00:00Z"})
    assert answer.status_code == 201, answer.content
    assert len({post["bundle"] for post in answer.json()}) == 1
    moment = KeyMoment.objects.create(sort="release", title="3.0", on=TODAY, created_at=NOW)
    assert [len(api.post(f"{POSTS}propose/", both | {"moment": moment.pk}).json()) for _n in range(2)] == [4, 0]
    assert api.post(f"{POSTS}propose/", both | {"moment": 99999}).status_code == 422
    slot = made(group).slots.order_by("day")[0]
    url = f"{SLOTS}{slot.pk}/"
    assert api.post(f"{url}move/", {"due_at": "2026-11-23T05:00:00Z"}).json()["due_at"].startswith("2026-11-23T13:00")
    assert api.post(f"{url}reset/").json()["due_at"].startswith("2026-11-23T09:00")
    assert api.post(f"{url}ahead/", {"title": "特别", "body": "特别"}).status_code == 201
    assert api.post(f"{url}drop/").status_code == 204
    assert api.post(f"{url}drop/").status_code == 409
