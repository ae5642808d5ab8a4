"""The groups over the API: what it answers, what it refuses, and that its schema stands."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle, MomentSort, Post
from tests.factories.accounts import UserFactory, founder, operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]
ENDPOINTS = ["groups", "kinds", "group-rules", "group-posts", "group-shifts", "key-moments", "product-users", "policies"]


def call(client: Client, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = client.generic(method, f"/api/v1/{path}/", json.dumps(body) if body is not None else b"", content_type="application/json")
    return answer.status_code, answer.json() if answer.content else None


def test_a_group_lives_over_the_api(log_in: LogIn) -> None:
    client = log_in(founder())
    status, group = call(client, "POST", "groups", {"name": "API 群", "kind": "tech"})
    assert status == 201
    where = f"groups/{group['id']}"
    assert call(client, "GET", where)[1]["lifecycle"] == "planned"
    assert call(client, "PATCH", where, {"version": 1, "region": "上海"})[1]["version"] == 2
    assert call(client, "PATCH", where, {"version": 1, "region": "北京"})[0] == 409
    assert call(client, "POST", f"{where}/lifecycle", {"lifecycle": "active"})[1]["lifecycle"] == "active"
    assert call(client, "POST", f"{where}/lifecycle", {"lifecycle": "planned"})[0] == 409
    owner, heir = UserFactory(), UserFactory()
    assert call(client, "POST", "group-posts", {"group": group["id"], "user": owner.pk, "post": "owner"})[0] == 201
    assert call(client, "POST", f"{where}/hand-over", {"to": heir.pk})[0] == 200
    rows = client.get(f"/api/v1/group-posts/?group={group['id']}").json()["results"]
    held = {row["user"]: row["post"] for row in rows if not row["until"]}
    assert held == {heir.pk: "owner", owner.pk: "deputy"}


BAD_GROUPS: list[Any] = [
    {},
    {"name": "x"},
    {"name": "x", "kind": "no"},
    {"name": "x", "kind": "tech", "king": 1},
    {"name": "", "kind": "tech"},
    {"name": "x", "kind": "tech", "zone": "Mars"},
    [],
]


@pytest.mark.parametrize("body", BAD_GROUPS)
def test_a_bad_group_is_422_in_the_one_error_shape(log_in: LogIn, body: Any) -> None:
    status, answer = call(log_in(operator()), "POST", "groups", body)
    assert status == 422
    assert {"type", "title", "status", "detail"} <= set(answer)
    assert not Group.objects.exists()


def test_filters_are_those_of_the_page(log_in: LogIn) -> None:
    user = viewer()
    mine, _other = GroupFactory(lifecycle=Lifecycle.PAUSED), GroupFactory()
    StaffPostFactory(group=mine, user=user)
    client = log_in(user)
    for query in ("mine=true", "lifecycle=paused", f"q={mine.name}", f"kind={mine.kind.slug}"):
        answer = client.get(f"/api/v1/groups/?{query}").json()
        assert [row["id"] for row in answer["results"]] == [mine.pk], query
    assert client.get("/api/v1/groups/?lifecycle=nonsense").status_code == 422


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_lists_cost_the_same_for_one_row_and_for_thirty(log_in: LogIn, endpoint: str) -> None:
    client = log_in(operator())

    def fill(n: int) -> None:
        for row in range(n):
            group = GroupFactory()
            StaffPostFactory(group=group)
            groups.publish_rules(group=group, text=f"规则{row}", why="", seen=0, by=None, at=NOW)
            groups.record_moment(sort=MomentSort.RELEASE, title="t", on=NOW.date(), by=None, at=NOW)
            groups.record_users(users=row, by=None, at=NOW)

    fill(1)
    client.get(f"/api/v1/{endpoint}/")
    with CaptureQueriesContext(connection) as few:
        assert client.get(f"/api/v1/{endpoint}/").status_code == 200
    fill(29)
    with CaptureQueriesContext(connection) as many:
        assert client.get(f"/api/v1/{endpoint}/").status_code == 200
    assert len(few) == len(many)


@pytest.mark.parametrize("endpoint", ["groups", "group-rules", "group-posts"])
def test_a_volunteer_sees_nothing_of_foreign_groups(log_in: LogIn, endpoint: str) -> None:
    group = GroupFactory()
    StaffPostFactory(group=group)
    groups.publish_rules(group=group, text="规则", why="", seen=0, by=None, at=NOW)
    client = log_in(volunteer())
    assert client.get(f"/api/v1/{endpoint}/").json()["results"] == []
    assert client.get(f"/api/v1/groups/{group.pk}/").status_code == 404
    assert call(client, "POST", "group-rules", {"group": group.pk, "seen": 1, "text": "x", "why": "y"})[0] == 422


def test_readers_write_nothing(log_in: LogIn) -> None:
    group, client = GroupFactory(), log_in(viewer())
    assert call(client, "POST", "groups", {"name": "x", "kind": "tech"})[0] == 403
    assert call(client, "PATCH", f"groups/{group.pk}", {"region": "x"})[0] == 403
    assert call(client, "POST", f"groups/{group.pk}/lifecycle", {"lifecycle": "paused"})[0] == 403
    assert call(client, "POST", "group-posts", {"group": group.pk, "user": viewer().pk, "post": "admin"})[0] == 403
    assert call(client, "POST", "policies", {"name": "group.health", "scope": "site", "value": {}})[0] == 403
    assert call(client, "POST", "product-users", {"users": 3})[0] == 403
    assert call(client, "POST", "key-moments", {"sort": "release", "title": "x", "on": "2026-12-01"})[0] == 403
    assert call(client, "PATCH", f"kinds/{group.kind_id}", {"name": "x"})[0] == 403


def test_rules_are_published_and_restored(log_in: LogIn) -> None:
    group, client = GroupFactory(), log_in(operator())
    first = call(client, "POST", "group-rules", {"group": group.pk, "seen": 0, "text": "一", "why": "开始"})[1]
    assert call(client, "POST", "group-rules", {"group": group.pk, "seen": 1, "text": "二", "why": "改"})[0] == 201
    assert call(client, "POST", "group-rules", {"group": group.pk, "seen": 1, "text": "三", "why": "改"})[0] == 409
    assert call(client, "POST", f"group-rules/{first['id']}/restore", {"seen": 2})[1]["version"] == 3


def test_moments_kinds_users_and_policies(log_in: LogIn) -> None:
    client = log_in(operator())
    moment = call(client, "POST", "key-moments", {"sort": "campaign", "title": "双十二", "on": "2026-12-12"})[1]
    assert moment["proposal"]["kind"] == "event"
    assert call(client, "POST", f"key-moments/{moment['id']}/dismiss")[1]["dismissed"] is True
    assert call(client, "POST", f"key-moments/{moment['id']}/restore")[1]["dismissed"] is False
    kind = Kind.objects.get(slug="vip")
    assert call(client, "PATCH", f"kinds/{kind.pk}", {"size_low": 30, "version": 1})[1]["version"] == 2
    assert call(client, "PATCH", f"kinds/{kind.pk}", {"size_low": 40, "version": 1})[0] == 409
    assert (
        call(
            client, "POST", "kinds", {"slug": "local", "name": "本地", "positioning": "x", "size_low": 1, "size_high": 9, "level": "free"}
        )[0]
        == 201
    )
    assert call(client, "POST", "product-users", {"users": 300})[0] == 201
    group = GroupFactory(owner=UserFactory())
    body = {"name": "group.posts", "scope": "group", "group": group.pk, "value": {"deputy_high": 4}}
    assert call(client, "POST", "policies", body)[0] == 201
    effective = {row["name"]: row["value"] for row in client.get(f"/api/v1/policies/effective/?group={group.pk}").json()}
    assert effective["group.posts"]["deputy_high"] == 4
    assert call(client, "POST", "policies", body | {"value": {"deputy_high": "many"}})[0] == 422


def test_posts_end_over_the_api(log_in: LogIn) -> None:
    held = StaffPostFactory(post=Post.ADMIN)
    assert call(log_in(operator()), "POST", f"group-posts/{held.pk}/end")[1]["until"] is not None


def test_a_shift_lives_over_the_api(log_in: LogIn) -> None:
    """Put on, read, changed (the old one ends), taken off; refused for who holds no post, twice the same, and by whom may not."""
    held = StaffPostFactory(group=GroupFactory(), post=Post.ADMIN)
    client, group = log_in(operator()), held.group
    body = {"group": group.pk, "user": held.user.pk, "weekdays": [1, 2], "start": 8, "end": 9}
    status, shift = call(client, "POST", "group-shifts", body)
    assert (status, shift["weekdays"], shift["until"]) == (201, [1, 2], None)
    assert call(client, "POST", "group-shifts", body)[0] == 409
    assert call(client, "POST", "group-shifts", body | {"user": UserFactory().pk})[0] == 409
    assert call(client, "POST", "group-shifts", body | {"start": 9})[0] == 422
    assert call(client, "POST", "group-shifts", body | {"weekdays": [0]})[0] == 422
    where = f"group-shifts/{shift['id']}"
    assert call(client, "PATCH", where, {"start": 9})[0] == 422
    assert call(client, "PATCH", where, {})[1]["id"] == shift["id"]
    status, changed = call(client, "PATCH", where, {"end": 11, "weekdays": [6, 7]})
    assert (status, changed["start"], changed["end"], changed["weekdays"]) == (200, 8, 11, [6, 7])
    assert call(client, "GET", where)[1]["until"]
    assert call(client, "PATCH", where, {"end": 12})[0] == 409
    assert [row["id"] for row in call(client, "GET", "group-shifts")[1]["results"]] == [changed["id"], shift["id"]]
    standing = client.get(f"/api/v1/group-shifts/?standing=true&group={group.pk}&user={held.user.pk}").json()["results"]
    assert [row["id"] for row in standing] == [changed["id"]]
    now = f"group-shifts/{changed['id']}"
    assert call(log_in(held.user), "DELETE", now)[0] == 403
    assert call(log_in(volunteer()), "GET", now)[0] == 404
    client = log_in(operator())
    assert [call(client, "DELETE", now)[0] for _ in range(2)] == [204, 204]
    assert call(client, "GET", now)[1]["until"]
