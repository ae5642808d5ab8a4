"""What would silently not go out is said in time, on Today and in the calendar; what comes too close; a festival stays on its day."""

from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from content import queries, today_posts
from content import services as content
from content.models import Post, Schedule, Slot
from content.policy import Holidays, PostState, SlotState
from groupops.groups.models import Group
from groupops.groups.policy import Post as StaffPost
from groupops.shared import clock
from tests.content.conftest import made
from tests.factories import accounts
from tests.factories.content import PostFactory, bound
from tests.factories.groups import NOW, StaffPostFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors read NOW."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def client() -> Client:
    """An operator's."""
    client = Client()
    client.force_login(accounts.operator())
    return client


def told(at: datetime = NOW) -> dict[str, str]:
    """What Today says of silent texts to a founder: detail → the button."""
    items = today_posts.source(accounts.founder(), at)
    return {str(item.detail): str(item.done_label) if item.done_url else "" for item in items if item.kind == "held"}


def ahead(schedule: Schedule, title: str, **values: object) -> Post:
    """A text for the first coming day of a schedule."""
    slot = schedule.slots.order_by("day").filter(state=SlotState.PLANNED, post=None).first()
    assert slot is not None
    return content.write_ahead(slot=slot, title=title, body="今天不一样", by=None, at=NOW, **values)  # type: ignore[arg-type]


def test_held_drafted_and_switched_off_texts_are_told_before_their_time(group: Group) -> None:
    """Each with the key that settles it; what leaves by itself, what is far ahead and what waits in the queue of reviews is not."""
    held, drafted, off, fine = (made(group, title=title) for title in ("甲", "乙", "丙", "丁"))
    content.hold_post(post=ahead(held, "已暂缓"), by=None, at=NOW)
    ahead(drafted, "没写完", draft=True)
    ahead(off, "停用了")
    content.disable(schedule=off, by=None, at=NOW)
    ahead(fine, "照常")
    PostFactory(group=group, title="单发暂缓", state=PostState.APPROVED, due_at=NOW + 2 * HOUR)
    PostFactory(group=group, title="很远", state=PostState.APPROVED, due_at=NOW + timedelta(days=2))
    PostFactory(group=group, title="写着", state=PostState.DRAFT, due_at=NOW + HOUR)
    PostFactory(group=group, title="待审", state=PostState.REVIEW, due_at=NOW + HOUR)
    found = told()
    assert set(found) == {"已暂缓", "没写完", "停用了", "单发暂缓"}
    assert found["没写完"] == ""
    assert found["已暂缓"] == found["单发暂缓"] != found["停用了"] != ""
    assert "停用了" in told(NOW + timedelta(days=1))  # its time has passed, and nothing else says so
    Group.objects.filter(pk=group.pk).update(sandbox=True)
    assert not told()


def test_only_those_who_may_let_it_go_out_are_told(group: Group) -> None:
    """An owner of the group; no volunteer of it, no viewer."""
    PostFactory(group=group, state=PostState.APPROVED, due_at=NOW + HOUR)
    owner, helper = accounts.volunteer(), accounts.volunteer()
    StaffPostFactory(group=group, user=owner, post=StaffPost.OWNER)
    StaffPostFactory(group=group, user=helper, post=StaffPost.VOLUNTEER)
    assert [item.kind for item in today_posts.source(owner, NOW)] == ["held"]
    assert not today_posts.source(helper, NOW)
    assert not today_posts.source(accounts.viewer(), NOW)


def test_its_keys_release_the_hold_or_give_the_text_up(client: Client, group: Group) -> None:
    """As Today presses them."""
    schedule = made(group)
    content.hold_post(post=ahead(schedule, "已暂缓"), by=None, at=NOW)
    off = made(group, title="乙")
    ahead(off, "停用了")
    content.disable(schedule=off, by=None, at=NOW)
    for item in today_posts.source(accounts.founder(), NOW):
        fields: dict[str, list[str]] = {}
        for name, value in item.done_fields:
            fields.setdefault(name, []).append(value)
        assert client.post(item.done_url, fields).status_code == 302
    assert dict(Post.objects.values_list("title", "state")) == {"已暂缓": PostState.SCHEDULED, "停用了": PostState.CANCELLED}
    assert not told()


def test_the_calendar_says_it_above_the_grid_and_the_panel_why(client: Client, group: Group) -> None:
    """Of the days that are shown; nothing where everything leaves."""
    assert not client.get(reverse("content:calendar")).context["silent"]["rows"]
    post = ahead(made(group), "已暂缓")
    content.hold_post(post=post, by=None, at=NOW)
    answer = client.get(reverse("content:calendar"), {"view": "week", "date": "2026-11-23"})
    assert [row["post"] for row in answer.context["silent"]["rows"]] == [post]
    assert reverse("content:calendar-post", args=[post.pk]) in answer.content.decode()
    assert not client.get(reverse("content:calendar"), {"group": bound().pk}).context["silent"]["rows"]
    panel = client.get(reverse("content:calendar-post", args=[post.pk]))
    assert panel.context["silent"]
    content.unhold_post(post=post, by=None, at=NOW)
    assert not client.get(reverse("content:calendar-post", args=[post.pk])).context["silent"]


def test_a_festivals_text_stays_on_its_day(client: Client, group: Group) -> None:
    """By drag, by form and by API, whether its row stands yet or not; another time on the same day is fine, and so are other texts."""
    greeting = made(group, title="节日问候", body="{{festival}}快乐", holidays=Holidays.FESTIVAL)
    drag = reverse("content:calendar-plan-move", args=[greeting.pk, NEW_YEAR])
    headers = {"HX-Request": "true"}
    answer = client.post(drag, {"to": "2027-01-02T01:00:00Z"}, headers=headers)
    assert answer.status_code == 409
    assert "元旦" in unescape(answer.content.decode())
    assert client.post(drag, {"day": "2027-01-02", "at_time": "09:00", "keep": "on"}).status_code == 409
    assert client.post(drag, {"to": "2027-01-01T02:00:00Z"}, headers=headers).status_code == 302
    slot = Slot.objects.get(schedule=greeting)
    assert slot.due_at.hour == 2
    api, other = f"/api/v1/slots/{slot.pk}/move/", "2027-01-02T01:00:00Z"
    assert client.post(api, {"due_at": other}, content_type="application/json").status_code == 409
    post = content.write_ahead(slot=slot, title="元旦", body="{{blessing}}", by=None, at=NOW)
    assert client.post(reverse("content:calendar-post-move", args=[post.pk]), {"to": other}, headers=headers).status_code == 409
    moving = {"due_at": other, "version": post.version}
    assert client.post(f"/api/v1/posts/{post.pk}/move/", moving, content_type="application/json").status_code == 409
    plain = made(group, title="日常").slots.order_by("day")[1]
    moved = client.post(reverse("content:calendar-slot-move", args=[plain.pk]), {"to": "2026-11-30T05:00:00Z"}, headers=headers)
    assert moved.status_code == 302


def test_themes_of_many_groups_by_how_many_have_them() -> None:
    """A group's own theme, its kind's, and days about nothing."""
    tech = [bound() for _ in range(3)]
    kind = tech[0].kind
    Group.objects.filter(pk__in=[group.pk for group in tech]).update(kind=kind)
    content.follow(at=NOW)
    wednesday, thursday = date(2026, 11, 25), date(2026, 11, 26)
    groups = list(Group.objects.all())
    before = queries.themes_on(groups, [wednesday, thursday])
    assert [n for _title, n in before[wednesday]] == [3]
    assert thursday not in before
    own = queries.themes_for([tech[0]])[tech[0].pk]
    given = {"key": next(row.key for row in own if row.weekdays == 4), "weekdays": 4, "activities": [], "enabled": True}
    content.save_theme(owner=tech[0], title="自家主题", **given, by=None, at=NOW)
    assert [(title, n) for title, n in queries.themes_on(groups, [wednesday])[wednesday]][1] == ("自家主题", 1)


def test_the_form_of_a_schedule_warns_of_what_stands_close_by(client: Client, group: Group) -> None:
    """Another post of the group near its next time; not its own days, and nothing before the form was touched."""
    first = made(group, title="早安")
    form: dict[str, Any] = {
        "title": "资讯",
        "kind": "topic",
        "body": "今天的资讯",
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "start": "2026-11-22",
        "holidays": "usual",
    }
    form |= {"catch_up": "skip", "group": group.pk}
    url = reverse("content:preview")
    answer = client.post(url, form | {"at_time": "09:10"})
    [line] = answer.context["doubts"]
    assert "早安" in line
    assert line in unescape(answer.content.decode())
    assert not client.post(url, form | {"at_time": "15:00"}).context["doubts"]
    assert not client.post(f"{url}?of={first.pk}", form | {"at_time": "09:00"}).context["doubts"]
    assert not client.get(reverse("content:edit", args=[first.pk])).context["doubts"]


def test_the_api_moves_by_the_rules_of_the_calendar(client: Client, group: Group) -> None:
    """Never to the minute of another post; close to one only where it is kept, which it is unless said otherwise."""
    made(group, title="早安")
    slot = made(group, title="资讯", at_time=time(15)).slots.order_by("day")[2]
    where, day = f"/api/v1/slots/{slot.pk}/move/", slot.day
    same, near = f"{day}T01:00:00Z", f"{day}T01:10:00Z"
    assert client.post(where, {"due_at": same}, content_type="application/json").status_code == 409
    assert client.post(where, {"due_at": near, "keep": False}, content_type="application/json").status_code == 422
    assert client.post(where, {"due_at": near}, content_type="application/json").status_code == 200
