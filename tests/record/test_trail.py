"""操作日志: who may read which lines, filters, export, and the read-only API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.groups.policy import Post
from groupops.record import services as record
from tests.factories.accounts import UserFactory, founder, operator, viewer, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def body(response: Any) -> str:
    """The text of an answer, streamed or not."""
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def test_people_without_the_right_are_refused_or_see_their_groups() -> None:
    """Viewers 403; an owner the lines of his group; a foreign group's lines do not exist for him."""
    boss, owner = founder(), volunteer()
    mine, foreign = GroupFactory(name="我的群", owner=owner), GroupFactory(name="别人的群")
    for group in (mine, foreign):
        record.audit(
            by=boss, verb="group.update", target=group, at=NOW, group_id=group.pk, before={"name": "旧"}, after={"name": group.name}
        )
    assert client_of(viewer()).get("/audit/").status_code == 403
    assert client_of(volunteer()).get("/audit/").status_code == 403
    own = body(client_of(owner).get("/audit/"))
    assert "我的群" in own
    assert "别人的群" not in own
    assert client_of(owner).get(f"/audit/?group={foreign.pk}").status_code == 404
    assert "别人的群" not in body(client_of(owner).get("/audit/audit.csv"))
    everything = body(client_of(operator()).get("/audit/"))
    assert "我的群" in everything
    assert "别人的群" in everything


def test_a_group_admin_does_not_read_the_trail() -> None:
    """The group is visible to him, its trail is not: 403."""
    user = UserFactory(role=Role.VOLUNTEER)
    post = StaffPostFactory(user=user, post=Post.ADMIN)
    assert client_of(user).get(f"/audit/?group={post.group.pk}").status_code == 403


def test_filters_narrow_and_export_gives_exactly_the_view() -> None:
    """Who, verb and family, kind, days in the reader's zone, text; the CSV has the same lines."""
    boss = founder(username="boss")
    target = UserFactory(name="阿青")
    for n, verb in enumerate(["user.update", "user.role", "group.update"]):
        record.audit(by=boss if n else None, verb=verb, target=target, at=NOW + timedelta(days=n))
    client = client_of(boss)
    for query, count in [
        ("", 3),
        ("?verb=user", 2),
        ("?verb=user.role", 1),
        (f"?by={boss.pk}", 2),
        ("?by=null", 1),
        ("?since=2026-11-23&until=2026-11-23", 1),
        ("?target_type=accounts.user", 3),
        ("?q=阿青", 3),
        ("?q=nothing", 0),
        ("?since=yesterday", 0),
    ]:
        assert body(client.get(f"/audit/audit.csv{query}")).count("\r\n") - 1 == count, query
        page = client.get(f"/audit/{query}")
        assert body(page).count('data-label="谁"') + body(page).count('data-label="Who"') == count, query
    assert client.get("/audit/?since=yesterday").status_code == 422


def test_the_export_is_safe_to_open() -> None:
    """A byte-order mark, and no cell that a spreadsheet would run."""
    boss = founder()
    record.audit(by=boss, verb="user.update", target=UserFactory(name="=cmd|' /C calc'!A0"), at=NOW, after={"name": "+1"})
    text = body(client_of(boss).get("/audit/audit.csv"))
    assert text.startswith("\ufeff")
    assert "'=cmd" in text
    assert '"=cmd' not in text


def test_the_page_shows_what_changed_in_words() -> None:
    """The field's name, before and after, and a link to the object."""
    boss, target = founder(), UserFactory(name="阿青")
    record.audit(by=boss, verb="user.role", target=target, at=NOW, before={"role": "viewer"}, after={"role": "admin"})
    page = body(client_of(boss).get("/audit/"))
    assert "<del>viewer</del>" in page
    assert f"/accounts/people/{target.pk}/" in page


def test_the_page_says_when_the_chain_is_broken() -> None:
    """In red, with the link's number."""
    record.beat(name="audit-verify", at=NOW, links=4, broken_at=5, reason="it is missing")
    assert "note-danger" in body(client_of(founder()).get("/audit/"))


def test_the_api_reads_the_same_lines() -> None:
    """With details and seal; filters refuse what they do not understand; nothing can be written."""
    boss, owner = founder(), volunteer()
    mine, foreign = GroupFactory(owner=owner), GroupFactory()
    for group in (mine, foreign):
        record.audit(by=boss, verb="group.update", target=group, at=NOW, group_id=group.pk, after={"name": "新"})
    record.seal(at=NOW)
    found = client_of(boss).get("/api/v1/audit/").json()["results"]
    assert [line["after"] for line in found] == [{"name": "新"}] * 2
    assert found[0]["link"] == 2
    assert len(client_of(owner).get("/api/v1/audit/").json()["results"]) == 1
    assert client_of(owner).get(f"/api/v1/audit/?group={foreign.pk}").json()["results"] == []
    assert client_of(owner).get(f"/api/v1/audit/{found[0]['id']}/").status_code == 404
    assert client_of(boss).get("/api/v1/audit/?since=x").status_code == 422
    assert client_of(boss).post("/api/v1/audit/", {}, content_type="application/json").status_code == 405
    assert client_of(viewer()).get("/api/v1/audit/").status_code == 403
    assert client_of(boss).get("/api/v1/audit/chain/").json()["unsealed_since"] is None
    assert client_of(owner).get("/api/v1/audit/chain/").status_code == 403
