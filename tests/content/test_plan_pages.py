"""The pages of the plan and of the duties: what they show, that every form says what it changes, and that undo takes back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from content import services as content
from content.models import DutyDone, GroupPlan, PlanLine, Schedule, Theme
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Post
from groupops.shared import clock
from groupops.shared.templatetags.ui import undo_url
from tests.factories.accounts import founder, volunteer
from tests.factories.content import ScheduleFactory, SlotFactory, bound
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db
LINE = {
    "title": "早安",
    "kind": "greeting",
    "body": "早上好，{{group}}",
    "weekdays": ["1", "2", "3", "4", "5"],
    "at_time": "09:00",
    "holidays": "gives_way",
    "catch_up": "skip",
    "enabled": "on",
}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOW for every door: a Sunday, noon in Shanghai."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def boss(client: Client) -> Client:
    """A founder's browser."""
    client.force_login(founder())
    return client


@pytest.fixture
def tech(db: None) -> Kind:
    """The seed's 技术交流群 with two groups that follow it."""
    kind = Kind.objects.get(slug="tech")
    for name in ("甲群", "乙群"):
        GroupPlan.objects.filter(group=bound(kind=kind, name=name)).delete()
    content.plan(at=NOW)
    return kind


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    """The page's text."""
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def post(client: Client, name: str, *args: object, status: int = 302, **data: Any) -> str:
    """What a form answers; where it leads, if it leads somewhere."""
    response = client.post(reverse(name, args=args), data)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.headers.get("Location", response.content.decode())


def test_the_first_kinds_plan_and_that_of_a_new_one(boss: Client, tech: Kind) -> None:
    """Lines with their groups, the week, themes and duties; a kind of this second shows what it is about to get."""
    assert boss.get(reverse("content:plans"))["Location"] == reverse("content:plan", args=[Kind.objects.first().pk])
    text = page(boss, "content:plan", tech.pk)
    for said in ("深度技术讨论", "技术分享日", "总结当天的精彩内容", "2 "):
        assert said in text
    fresh = GroupFactory.create().kind
    assert "深度技术讨论" in page(boss, "content:plan", fresh.pk)
    assert not PlanLine.objects.filter(kind_of_group=fresh).exists()


def test_a_lines_form_says_whom_it_reaches_before_it_is_saved(boss: Client, tech: Kind) -> None:
    """By name; the preview writes nothing; saved, the groups have changed."""
    line = tech.plan_lines.get(key="workday-0900")
    assert "甲群" in page(boss, "content:line", line.pk)
    answer = boss.post(reverse("content:line-preview", args=[tech.pk]) + f"?of={line.pk}", LINE | {"at_time": "09:30"})
    assert "<ins>09:30</ins>" in answer.content.decode()
    assert "<ins>09:30</ins>" in post(boss, "content:line", line.pk, status=200, preview="1", **LINE | {"at_time": "09:30"})
    line.refresh_from_db()
    assert line.version == 1
    post(boss, "content:line", line.pk, version=1, **LINE | {"at_time": "09:30"})
    assert set(Schedule.objects.filter(line=line).values_list("at", "title")) == {(Schedule.objects.filter(line=line)[0].at, "早安")}
    post(boss, "content:line", line.pk, status=422, version=1, **LINE | {"title": "晚"})  # somebody else was faster
    assert "{{nobody}}" in post(boss, "content:line", line.pk, status=422, version=2, **LINE | {"body": "{{nobody}}"})


def test_a_new_line_out_and_back(boss: Client, tech: Kind) -> None:
    """Made, taken out with an undo, brought back."""
    post(boss, "content:line-new", tech.pk, **LINE)
    line = tech.plan_lines.get(title="早安")
    assert Schedule.objects.filter(line=line, enabled=True).count() == 2
    post(boss, "content:line-retire", line.pk)
    assert reverse("content:line-restore", args=[line.pk]) in page(boss, "content:plan", tech.pk)
    post(boss, "content:line-restore", line.pk)
    assert Schedule.objects.filter(line=line, enabled=True).count() == 2
    post(boss, "content:line-new", tech.pk, status=422, **LINE | {"body": ""})


def test_a_line_off_in_many_groups_and_undone(boss: Client, tech: Kind) -> None:
    """Ticked groups only; the undo's address carries them."""
    line = tech.plan_lines.get(key="weekend-2000")
    rows = list(Schedule.objects.filter(line=line).order_by("pk"))
    assert "乙群" in page(boss, "content:line-groups", line.pk)
    post(boss, "content:switch-many", pk=[row.pk for row in rows], do="off")
    assert not Schedule.objects.filter(line=line, enabled=True).exists()
    undo = f"{reverse('content:switch-many')}?do=on&pk={rows[0].pk}&pk={rows[1].pk}"
    assert undo.replace("&", "&amp;") in page(boss, "content:line-groups", line.pk)
    boss.post(undo)
    assert Schedule.objects.filter(line=line, enabled=True).count() == 2


def test_a_groups_plan_from_its_first_second(boss: Client, tech: Kind) -> None:
    """Before the planner came; and then: one edited, one off, one of its own."""
    fresh = GroupFactory.create(kind=tech)
    assert "深度技术讨论" in page(boss, "content:group-plan", fresh.pk)
    group = Group.objects.get(name="甲群")
    own = group.schedules.get(plan_key="workday-1200")
    content.update_schedule(schedule=own, version=own.version, body="午安", by=None, at=NOW)
    text = page(boss, "content:group-plan", group.pk)
    assert reverse("content:follow", args=[own.pk]) in text
    assert "<del>午安</del>" in page(boss, "content:follow", own.pk).replace("<p>", "").replace("</p>", "")
    post(boss, "content:follow", own.pk)
    own.refresh_from_db()
    assert own.follows


def test_a_theme_of_a_kind_and_of_a_group(boss: Client, tech: Kind) -> None:
    """The same form; the group's first edit copies; back to the kind's."""
    group = Group.objects.get(name="甲群")
    given = {"title": "读书日", "weekdays": ["1"], "activities": "读一章\n写一句", "enabled": "on"}
    post(boss, "content:kind-part", tech.pk, "theme", "monday", **given)
    post(boss, "content:group-part", group.pk, "theme", "new", **given | {"title": "写作日"})
    assert Theme.objects.filter(group=group).count() == 5
    post(boss, "content:group-part", group.pk, "theme", "monday", status=422, **given | {"title": " "})
    post(boss, "content:follow-kind", group.pk, "theme")
    assert not Theme.objects.filter(group=group).exists()
    for sort, key in (("theme", "never"), ("poem", "new")):
        assert boss.get(reverse("content:kind-part", args=[tech.pk, sort, key])).status_code == 404
    duty = {"text": "巡群", "weekdays": ["1"], "start": "09:00", "end": "08:00", "enabled": "on"}
    post(boss, "content:kind-part", tech.pk, "duty", "new", status=422, **duty)
    post(boss, "content:kind-part", tech.pk, "duty", "new", **duty | {"end": "10:00"})


def test_a_duty_is_settled_for_all_groups_and_taken_back(boss: Client, tech: Kind) -> None:
    """One click, an undo that takes back what it did and nothing else; a second click is told; one group alone by its own tick."""
    duty = {"key": "noon-topic", "text": "发起轻松的话题讨论"}
    group = Group.objects.get(name="甲群")
    assert duty["text"] in page(boss, "content:duties")
    post(boss, "content:duty-settle", group=group.pk, do="left", **duty)
    assert DutyDone.objects.get().done is False
    post(boss, "content:duty-settle", **duty)
    assert DutyDone.objects.count() == 2
    post(boss, "content:duty-settle", status=409, **duty)
    assert "甲群" in page(boss, "content:duties", query="?open=noon-topic|发起轻松的话题讨论")
    post(boss, "content:duty-reopen", group=group.pk, **duty)
    assert [row.group.name for row in DutyDone.objects.all()] == ["乙群"]
    boss.post(f"{reverse('content:duty-reopen')}?key=noon-topic&text=发起轻松的话题讨论&settled=2020-01-01T00:00:00+00:00")
    assert DutyDone.objects.exists()
    boss.post(f"{reverse('content:duty-reopen')}?key=noon-topic&text=发起轻松的话题讨论&settled={NOW:%Y-%m-%dT%H:%M:%S}%2B00:00")
    assert not DutyDone.objects.exists()


def test_a_volunteer_sees_the_duties_of_their_groups(client: Client, tech: Kind) -> None:
    """And settles them; the plan of the kind is not theirs to see."""
    helper = volunteer()
    StaffPostFactory(group=Group.objects.get(name="甲群"), user=helper, post=Post.VOLUNTEER)
    client.force_login(helper)
    assert "甲群" in page(client, "content:duties")
    post(client, "content:duty-settle", key="noon-topic", text="发起轻松的话题讨论")
    assert DutyDone.objects.get().group.name == "甲群"
    assert client.get(reverse("content:plan", args=[tech.pk])).status_code == 403


def test_what_asks_a_person_is_decided_many_at_once(boss: Client, tech: Kind) -> None:
    """Sent or left; one that is over stops no other."""
    rules = [ScheduleFactory(title="公告", group=bound(kind=tech)) for _n in range(3)]
    slots = [SlotFactory(schedule=rule, due_at=NOW, state="missed", why="ask") for rule in rules]
    assert "公告" in page(boss, "content:asking")
    content.leave_slot(slot=slots[0], by=None, at=NOW)
    post(boss, "content:decide", pk=[slot.pk for slot in slots[:2]], do="leave")
    [said] = boss.get(reverse("content:asking")).context["messages"]
    assert boss.post(undo_url(said)).status_code == 302
    assert boss.post(undo_url(said)).status_code == 409
    slots[1].refresh_from_db()
    assert slots[1].why == "ask"
    post(boss, "content:decide", pk=[slots[1].pk], do="leave")
    post(boss, "content:decide", pk=[slots[2].pk], do="send")
    for slot in slots:
        slot.refresh_from_db()
    assert [slot.why for slot in slots] == ["left", "left", "by_hand"]


def test_the_plan_over_the_api(boss: Client, tech: Kind) -> None:
    """Listed by kind, made, changed with its version, taken out; a schedule follows again."""
    url = "/api/v1/plan-lines/"
    assert len(boss.get(f"{url}?kind_of_group=tech").json()["results"]) == 8
    given = {"kind_of_group": "tech", "title": "晚安", "body": "晚安", "weekdays": [1], "at": "22:00"}
    made = boss.post(url, given, content_type="application/json")
    assert (made.status_code, made.json()["holidays"]) == (201, "calendar")
    one = f"{url}{made.json()['id']}/"
    assert boss.patch(one, {"version": 1, "at": "22:30", "enabled": False}, content_type="application/json").json()["enabled"] is False
    assert boss.patch(one, {"version": 1, "at": "22:30"}, content_type="application/json").status_code == 409
    assert boss.patch(one, {"at": "22:30"}, content_type="application/json").status_code == 422
    assert boss.post(f"{one}retire/").json()["retired"] is True
    row = Schedule.objects.filter(line__key="workday-0900").first()
    content.update_schedule(schedule=row, version=row.version, body="早", by=None, at=NOW)
    assert boss.post(f"/api/v1/schedules/{row.pk}/follow/").json()["follows"] is True
