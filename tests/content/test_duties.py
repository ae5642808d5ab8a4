"""Themes and duties: looked up, copied on the first edit; what is owed now, one line for many groups, done once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content import queries, today
from content import services as content
from content.models import Duty, DutyDone, Theme
from content.policy import PostState, SlotState, Window
from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle, Post, Scope
from groupops.record.models import AuditEntry
from groupops.shared.errors import Invalid
from tests.factories.accounts import founder, viewer, volunteer
from tests.factories.content import PostFactory, ScheduleFactory, SlotFactory, bound
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db
NOON = NOW + timedelta(minutes=20)  # 12:20 in Shanghai: inside the second window
MONDAY = date(2026, 11, 23)


@pytest.fixture
def tech(db: None) -> Kind:
    """The seed's 技术交流群, with what it begins with."""
    kind = Kind.objects.get(slug="tech")
    content.follow(at=NOW)
    return kind


def test_the_seeds_themes_by_weekday(tech: Kind) -> None:
    """Monday, Wednesday, Friday, the weekend; none between; for many groups in one query."""
    many = [GroupFactory.create(kind=tech) for _n in range(3)]
    with CaptureQueriesContext(connection) as counted:
        found = queries.theme_of(many, MONDAY)
    assert len(counted) == 1
    assert {theme.title for theme in found.values() if theme} == {"技术分享日"}
    week = [queries.theme_of(many[:1], MONDAY + timedelta(days=n))[many[0].pk] for n in range(7)]
    assert [theme.title if theme else None for theme in week] == [
        "技术分享日", None, "问答答疑日", None, "资源分享日", "轻松交流时间", "轻松交流时间",
    ]  # fmt: skip


def test_a_public_holiday_has_the_theme_of_the_weekend(tech: Kind) -> None:
    """2026-10-07, a Wednesday off; 2026-10-10, a Saturday that is worked, has none."""
    group = GroupFactory.create(kind=tech)
    on = [queries.theme_of([group], day)[group.pk] for day in (date(2026, 10, 7), date(2026, 10, 10))]
    assert [theme.title if theme else None for theme in on] == ["轻松交流时间", None]


def test_the_theme_stands_in_the_text(tech: Kind) -> None:
    """{{theme}} is the group's theme of the day, and something sensible where there is none."""
    group = bound(kind=tech)
    assert content.filled("今天：{{theme}}", group, MONDAY) == "今天：技术分享日"
    assert content.filled("今天：{{theme}}", group, MONDAY + timedelta(days=1)) == "今天：自由交流"


def _save_theme(owner: Kind | Group, key: str = "monday", **values: object) -> Theme:
    said = {"title": "读书日", "weekdays": 1, "activities": ["读一章", " "], "enabled": True} | values
    return content.save_theme(owner=owner, key=key, by=None, at=NOW, **said)  # type: ignore[arg-type]


def test_the_first_edit_copies_the_kinds_themes_to_the_group(tech: Kind) -> None:
    """All of them; the kind's edits no longer reach it; back again by following the kind."""
    group, other = GroupFactory.create(kind=tech), GroupFactory.create(kind=tech)
    made = _save_theme(group)
    assert (made.title, made.activities) == ("读书日", ["读一章"])
    assert Theme.objects.filter(group=group).count() == 4
    _save_theme(tech, title="新技术日")
    assert [queries.theme_of([each], MONDAY)[each.pk].title for each in (group, other)] == ["读书日", "新技术日"]
    assert content.follow_kind(Theme, group=group, by=None, at=NOW) == 4
    assert queries.theme_of([group], MONDAY)[group.pk].title == "新技术日"
    assert content.follow_kind(Theme, group=group, by=None, at=NOW) == 0
    assert AuditEntry.objects.filter(verb__in=["theme.save", "theme.follow"]).count() == 3


def test_what_a_theme_or_duty_cannot_be(tech: Kind) -> None:
    """Each refused with its field; one that somebody took away is told."""
    for values, field in [({"title": " "}, "title"), ({"weekdays": 0}, "weekdays"), ({"activities": ["一"] * 13}, "activities")]:
        with pytest.raises(Invalid) as refused:
            _save_theme(tech, **values)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        _save_theme(tech, key="gone")
    with pytest.raises(Invalid) as refused:
        content.save_duty(owner=tech, key="", text="巡群", weekdays=127, start=time(9), end=time(9), enabled=True, by=None, at=NOW)
    assert refused.value.field == "end"


def test_a_duty_of_a_kind_without_plan_yet(db: None) -> None:
    """The kind gets what it begins with first, so that nine become ten."""
    kind = GroupFactory.create().kind
    made = content.save_duty(owner=kind, key="", text="巡群", weekdays=127, start=time(9), end=time(10), enabled=True, by=None, at=NOW)
    assert (made.key, Duty.objects.filter(kind=kind).count()) == ("duty-1", 10)


def of_window(user: User, at: datetime, window: Window = Window.NOW) -> list[tuple[str, int]]:
    """The lines of a window: (text, groups)."""
    return [(line.text, len(line.open)) for line in queries.duty_lines(user, at) if line.window == window]


def test_the_same_duty_in_many_groups_is_one_line(tech: Kind) -> None:
    """The seed's three lines of noon, each for all three groups."""
    for _n in range(3):
        GroupFactory.create(kind=tech)
    assert of_window(founder(), NOON) == [("分享有趣的技术文章或工具", 3), ("发起轻松的话题讨论", 3), ("处理群成员的反馈和建议", 3)]
    assert of_window(founder(), NOW + timedelta(hours=2)) == []
    assert len(of_window(founder(), NOON, Window.OVER)) == len(of_window(founder(), NOON, Window.LATER)) == 3


def test_whose_duties_they_are(tech: Kind) -> None:
    """Everybody's who plans content or holds a post there, a volunteer's too; a viewer has none; a group that rests has none."""
    group, _other = GroupFactory.create(kind=tech), GroupFactory.create(kind=tech)
    helper = volunteer()
    StaffPostFactory(group=group, user=helper, post=Post.VOLUNTEER)
    assert [count for _text, count in of_window(helper, NOON)] == [1, 1, 1]
    assert of_window(viewer(), NOON) == []
    Group.objects.filter(pk=group.pk).update(lifecycle=Lifecycle.PAUSED)
    assert of_window(helper, NOON) == []


def test_one_click_settles_it_everywhere_and_an_undo_opens_it_again(tech: Kind) -> None:
    """Once: the second click finds nothing; each group's trail has it."""
    user = founder()
    for _n in range(3):
        GroupFactory.create(kind=tech)
    line = next(line for line in queries.duty_lines(user, NOON) if line.window == Window.NOW)
    assert content.settle_duties(tasks=line.tasks[:1], done=False, by=user, at=NOON) == 1
    assert content.settle_duties(tasks=line.tasks, by=user, at=NOON) == 2
    assert content.settle_duties(tasks=line.tasks, by=user, at=NOON) == 0
    assert sorted(DutyDone.objects.values_list("done", flat=True)) == [False, True, True]
    assert len(of_window(user, NOON)) == 3
    assert 0 in [count for _text, count in of_window(user, NOON)]
    assert content.reopen_duties(tasks=line.tasks[1:], by=user, at=NOON) == 2
    assert content.reopen_duties(tasks=line.tasks[1:], by=user, at=NOON) == 0
    assert AuditEntry.objects.filter(verb="duty.settle").count() == 3


def test_a_window_is_the_groups_own_clock(tech: Kind) -> None:
    """Noon in New York is another moment; a duty there is a line of its own."""
    GroupFactory.create(kind=tech, zone="America/New_York")
    GroupFactory.create(kind=tech)
    user = founder()
    assert [count for _text, count in of_window(user, NOON)] == [1, 1, 1]
    assert [count for _text, count in of_window(user, datetime(2026, 11, 22, 17, 20, tzinfo=UTC))] == [1, 1, 1]


def _left(group: Group, title: str = "早安") -> None:
    slot = SlotFactory(schedule=ScheduleFactory(group=group, title=title), day=NOW.date(), due_at=NOW, state=SlotState.RELEASED)
    PostFactory(group=group, slot=slot, state=PostState.SENT, sent_at=NOW + timedelta(seconds=5))


def test_somebody_stays_by_for_an_hour_after_a_slot(tech: Kind) -> None:
    """One line for the same title and moment; over after the policy's minutes; a failed post asks nobody."""
    user = founder()
    many = [bound(kind=tech) for _n in range(3)]
    for group in many:
        _left(group)
    (echo,) = queries.echoes(user, NOW + timedelta(minutes=59))
    assert (echo.title, len(echo.open)) == ("早安", 3)
    assert queries.echoes(user, NOW + timedelta(minutes=61)) == []
    groups.set_policy(name="content.duties", scope=Scope.GROUP, group=many[0], value={"after_slot_minutes": 5}, by=user, at=NOW)
    (echo,) = queries.echoes(user, NOW + timedelta(minutes=30))
    assert len(echo.open) == 2


def test_today_has_one_item_a_line(tech: Kind) -> None:
    """Duties of the window and what has just left, keyed for ever, each with what settles it; the same at every minute."""
    user = founder()
    for _n in range(4):
        _left(bound(kind=tech))
    items = today.source(user, NOON)
    assert [item.kind for item in items] == ["duty"] * 4
    assert len({item.group for item in items}) == 1
    assert len({item.key for item in items}) == 4
    assert {item.key for item in today.source(user, NOON + timedelta(minutes=9))} == {item.key for item in items}
    assert all(len(item.key) <= 80 and item.done_url and item.done_fields and len(item.group_ids) == 4 for item in items)
    line = next(line for line in queries.duty_lines(user, NOON) if line.window == Window.NOW)
    content.settle_duties(tasks=line.tasks, by=user, at=NOON)
    assert len(today.source(user, NOON)) == 3


def test_what_asks_a_person_in_many_groups_is_one_item(tech: Kind) -> None:
    """Four groups' missed announcement: one line that leads to all of them; a single one is sent by its own key."""
    user = viewer()
    for _n in range(4):
        SlotFactory(schedule=ScheduleFactory(title="公告", group=bound(kind=tech)), due_at=NOW, state=SlotState.MISSED, why="ask")
    SlotFactory(schedule=ScheduleFactory(title="别的", group=bound(kind=tech)), due_at=NOW, state=SlotState.MISSED, why="ask")
    items = today.source(user, NOW + timedelta(hours=5))
    assert [len(item.group_ids) for item in items] == [4, 1]
    assert [bool(item.done_url) for item in items] == [False, True]


def test_today_costs_the_same_for_one_group_and_thirty(tech: Kind) -> None:
    """Constant queries."""
    user = founder()

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            today.source(user, NOON)
        return len(counted)

    _left(bound(kind=tech))
    today.source(user, NOON)  # PostgreSQL prepares its statements once a connection
    few = cost()
    for _n in range(29):
        _left(bound(kind=tech))
    assert cost() == few <= 12
