"""Groups follow the plan of their kind: by look-up, copied on the first edit, row by row the same slots (ADR 0008)."""

import threading
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content import holidays, queries
from content import services as content
from content.models import Duty, GroupPlan, PlanLine, Post, Schedule, Slot, Theme
from content.policy import Holidays, PostKind, SlotState
from content.services import planning
from content.services.schedules import LineOff, Stale
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.record.models import AuditDetail, AuditEntry
from groupops.shared.errors import Invalid
from tests.factories.content import bound
from tests.factories.groups import NOW, GroupFactory

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def tech(db: None) -> Kind:
    """The seed's 技术交流群."""
    return Kind.objects.get(slug="tech")


def following(kind: Kind, **values: Any) -> Group:
    """A group with a room that follows its kind."""
    group = bound(kind=kind, **values)
    GroupPlan.objects.filter(group=group).delete()
    return group


def slots(group: Group) -> list[tuple[str, str]]:
    """The planned slots of a group: (local time, title)."""
    rows = Slot.objects.filter(schedule__group=group, state=SlotState.PLANNED).order_by("due_at").select_related("schedule")
    return [(f"{row.due_at + timedelta(hours=8):%m-%d %H:%M}", row.schedule.title) for row in rows]


def _detail(verb: str) -> AuditDetail:
    """What the one act of this name changed."""
    return AuditDetail.objects.get(entry__verb=verb)


def test_a_new_group_gets_the_seeds_week(tech: Kind) -> None:
    """Its hours on workdays and weekends, each once a day, from the next moment on."""
    group = following(tech)
    content.plan(at=NOW)
    content.plan(at=NOW + MINUTE)
    assert [row for row in slots(group) if row[0].startswith(("11-22", "11-23"))] == [
        ("11-22 15:00", "项目经验分享"),
        ("11-22 20:00", "生活工作平衡话题"),
        ("11-23 09:00", "早安问候 + 日程安排"),
        ("11-23 12:00", "技术资讯 + 午休话题"),
        ("11-23 18:00", "下班话题 + 轻松内容"),
        ("11-23 21:00", "深度技术讨论"),
    ]
    assert [title for day, title in slots(group) if day.startswith("11-28")] == ["学习资源分享", "项目经验分享", "生活工作平衡话题"]
    assert all(row.follows for row in group.schedules.all())


def test_every_kind_begins_with_its_own_words(db: None) -> None:
    """The seed's seven hours everywhere; VIP has the founder's hour, 创业 its own themes; an unknown kind gets the base plan."""
    own = GroupFactory.create().kind
    content.plan(at=NOW)
    for kind in Kind.objects.all():
        keys = set(kind.plan_lines.values_list("key", flat=True))
        assert {"workday-0900", "workday-1200", "workday-1800", "workday-2100", "weekend-1000", "weekend-1500", "weekend-2000"} <= keys
        assert (Theme.objects.filter(kind=kind).exists(), Duty.objects.filter(kind=kind).count()) == (True, 9)
    line = {kind.slug: kind.plan_lines.get(key="workday-2100").body for kind in Kind.objects.all()}
    assert line[own.slug] == line["tech"] != line["startup"] != line["vip"]
    assert PlanLine.objects.get(key="founder-qa").kind_of_group.slug == "vip"
    assert set(Theme.objects.filter(kind__slug="tech").values_list("title", flat=True)) == {
        "技术分享日",
        "问答答疑日",
        "资源分享日",
        "轻松交流时间",
    }


def test_the_page_shows_the_plan_before_the_planner_came(tech: Kind) -> None:
    """Of a group opened this second: the same lines as after the tick, none of them a row yet."""
    group = following(tech)
    before = [(row.schedule.title, [each.due_at for each in row.coming]) for row in queries.plan_of_group(group, at=NOW)]
    assert not Schedule.objects.exists()
    content.plan(at=NOW)
    after = [(row.schedule.title, [each.due_at for each in row.coming]) for row in queries.plan_of_group(group, at=NOW)]
    assert sorted(before) == sorted(after)
    assert {row.state for row in queries.plan_of_group(group, at=NOW)} == {"follows"}


def test_a_changed_line_moves_its_followers_and_not_those_who_edited(tech: Kind) -> None:
    """09:00 to 09:30 for all: the same slots, moved; the group that edited keeps its own; nobody says it twice."""
    follower, editor = following(tech), following(tech)
    content.plan(at=NOW)
    line = tech.plan_lines.get(key="workday-0900")
    own = editor.schedules.get(line=line)
    content.update_schedule(schedule=own, version=own.version, body="早！", by=None, at=NOW)
    ids = set(Slot.objects.filter(schedule__line=line).values_list("pk", flat=True))
    content.update_line(line=line, version=1, at_time=time(9, 30), by=None, at=NOW)
    assert set(Slot.objects.filter(schedule__line=line).values_list("pk", flat=True)) == ids
    assert ("11-23 09:30", "早安问候 + 日程安排") in slots(follower)
    assert ("11-23 09:00", "早安问候 + 日程安排") in slots(editor)
    assert queries.reach_of([line])[line.pk] == queries.Reach(following=1, own=1)
    assert _detail("plan_line.update").after == {"at": "09:30:00", "groups": 1}
    assert _detail("schedule.update").after == {"body": "早！", "follows": False}
    content.plan(at=NOW + DAY)
    own.refresh_from_db()
    assert (own.body, own.at, own.follows) == ("早！", time(9), False)


def test_a_day_that_was_said_is_not_said_again_when_the_line_moves(tech: Kind) -> None:
    """Sent at 15:00; the line moves to 16:00 in the same hour."""
    group = following(tech)
    content.plan(at=NOW)
    content.release(at=NOW + timedelta(hours=3))
    assert Post.objects.get(group=group).title == "项目经验分享"
    content.update_line(line=tech.plan_lines.get(key="weekend-1500"), version=1, at_time=time(16), by=None, at=NOW + timedelta(hours=3))
    content.release(at=NOW + timedelta(hours=4))
    assert Post.objects.filter(group=group).count() == 1


def test_following_again_gives_up_the_groups_own(tech: Kind) -> None:
    """Its text and time are the line's; slots keep their rows; the trail has what was given up."""
    group = following(tech)
    content.plan(at=NOW)
    row = group.schedules.get(plan_key="workday-1200")
    own = content.update_schedule(schedule=row, version=row.version, at_time=time(12, 30), body="午安", by=None, at=NOW)
    ids = set(own.slots.values_list("pk", flat=True))
    again = content.follow_again(schedule=own, by=None, at=NOW)
    assert (again.follows, again.at, again.body) == (True, time(12), row.body)
    assert set(again.slots.values_list("pk", flat=True)) == ids
    assert (_detail("schedule.follow").before or {})["body"] == "午安"
    assert content.follow_again(schedule=again, by=None, at=NOW).version == again.version


def test_a_group_switches_a_line_off_and_it_stays_off(tech: Kind) -> None:
    """Through ticks and edits of the line; on again it says what the line says by then."""
    group = following(tech)
    content.plan(at=NOW)
    row = group.schedules.get(plan_key="weekend-2000")
    content.disable(schedule=row, by=None, at=NOW)
    line = content.update_line(line=row.line, version=1, title="夜谈", by=None, at=NOW)
    content.plan(at=NOW + MINUTE)
    assert "夜谈" not in {title for _day, title in slots(group)}
    states = {item.schedule.plan_key: item.state for item in queries.plan_of_group(group, at=NOW)}
    assert states["weekend-2000"] == "off"
    assert queries.reach_of([line])[line.pk] == queries.Reach(off=1)
    content.enable(schedule=row, by=None, at=NOW)
    assert ("11-22 20:00", "夜谈") in slots(group)


def test_a_line_off_or_taken_out_is_silent_everywhere(tech: Kind) -> None:
    """And comes back everywhere but where the group itself had switched it off."""
    one, other = following(tech), following(tech)
    content.plan(at=NOW)
    line = tech.plan_lines.get(key="weekend-2000")
    content.disable(schedule=other.schedules.get(line=line), by=None, at=NOW)
    content.retire_line(line=line, by=None, at=NOW)
    assert not Slot.objects.filter(schedule__line=line).exists()
    assert {row.state for row in queries.plan_of_group(one, at=NOW) if row.schedule.line_id == line.pk} == {"line_off"}
    with pytest.raises(LineOff):
        content.enable(schedule=one.schedules.get(line=line), by=None, at=NOW)
    content.restore_line(line=line, by=None, at=NOW)
    assert ("11-22 20:00", "生活工作平衡话题") in slots(one)
    assert ("11-22 20:00", "生活工作平衡话题") not in slots(other)
    content.update_line(line=line, version=3, enabled=False, by=None, at=NOW)
    assert ("11-22 20:00", "生活工作平衡话题") not in slots(one)
    assert content.retire_line(line=content.retire_line(line=line, by=None, at=NOW), by=None, at=NOW).retired


def test_a_new_line_comes_to_every_group_at_once(tech: Kind) -> None:
    """With its slots; a group that keeps to itself is left alone."""
    group, alone = following(tech), bound(kind=tech)
    content.plan(at=NOW)
    line = _line(tech)
    assert ("11-22 22:00", "晚安") in slots(group)
    assert not alone.schedules.exists()
    assert line.key == "line-2200"
    assert _line(tech).key == "line-2200-2"


def _line(kind: Kind, **values: Any) -> PlanLine:
    given = {
        "title": "晚安",
        "body": "晚安，{{group}}",
        "weekdays": 127,
        "at_time": time(22),
        "holidays": "usual",
        "catch_up": "skip",
    } | values
    return content.create_line(of=kind, kind="message", by=None, at=NOW, **given)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"body": ""}, "body"),
        ({"body": "{{name}}"}, "body"),
        ({"body": "{{festival}}"}, "body"),
        ({"weekdays": 0}, "weekdays"),
        ({"holidays": "never"}, "holidays"),
        ({"catch_up": "all"}, "catch_up"),
    ],
)
def test_what_a_line_cannot_say(tech: Kind, values: dict[str, Any], field: str) -> None:
    """Refused with its field, by making and by changing; nothing is stored."""
    with pytest.raises(Invalid) as refused:
        _line(tech, **values)
    assert refused.value.field == field
    line = _line(tech)
    with pytest.raises(Invalid):
        content.update_line(line=line, version=1, by=None, at=NOW, **values)
    line.refresh_from_db()
    assert line.title == "晚安"


def test_two_editors_of_a_line(tech: Kind) -> None:
    """The second is told."""
    line = _line(tech)
    content.update_line(line=line, version=1, title="甲", by=None, at=NOW)
    with pytest.raises(Stale):
        content.update_line(line=line, version=1, title="乙", by=None, at=NOW)


def test_a_group_that_becomes_of_another_kind_says_no_second_good_morning(tech: Kind) -> None:
    """Lines both kinds have go on, slot by slot, in the new words; others end; what only the new kind has is added; and back."""
    group, vip = following(tech), Kind.objects.get(slug="vip")
    extra = _line(tech)
    content.plan(at=NOW)
    ids = set(Slot.objects.filter(schedule__group=group, schedule__plan_key="workday-0900").values_list("pk", flat=True))
    Group.objects.filter(pk=group.pk).update(kind=vip)
    content.plan(at=NOW)
    morning = group.schedules.get(plan_key="workday-0900")
    assert set(morning.slots.values_list("pk", flat=True)) == ids
    assert morning.body == vip.plan_lines.get(key="workday-0900").body
    assert group.schedules.filter(plan_key="founder-qa", enabled=True).exists()
    assert not group.schedules.get(plan_key=extra.key).enabled
    Group.objects.filter(pk=group.pk).update(kind=tech)
    content.plan(at=NOW)
    assert group.schedules.get(plan_key=extra.key).enabled
    assert not group.schedules.get(plan_key="founder-qa").enabled


def test_taking_the_plan_over_attaches_instead_of_doubling(tech: Kind) -> None:
    """A group of before the upgrade: what nobody touched follows, what was edited stays its own, what is missing is added; once."""
    group = bound(kind=tech)
    untouched = _old(group, "workday-0900", time(9))
    edited = _old(group, "workday-1200", time(12, 15), version=3)
    silent = _old(group, "workday-1800", time(18), version=2, enabled=False)
    content.plan(at=NOW)
    assert group.schedules.count() == 3
    added = content.adopt_plan(group=group, by=None, at=NOW)
    assert len(added) == 5
    for row in (untouched, edited, silent):
        row.refresh_from_db()
    assert (untouched.follows, untouched.holidays) == (True, Holidays.GIVES_WAY)
    assert (edited.follows, edited.at, edited.line.key) == (False, time(12, 15), "workday-1200")
    assert (silent.enabled, silent.off_here) == (False, True)
    assert content.adopt_plan(group=group, by=None, at=NOW) == []
    assert AuditEntry.objects.filter(verb="plan.adopt").count() == 1
    assert all(count == 1 for count in _a_day(group).values())


def _old(group: Group, key: str, at: time, **values: Any) -> Schedule:
    said = {"title": "旧", "kind": PostKind.TOPIC, "body": "旧文", "weekdays": 31, "start": date(2026, 11, 1), "created_at": NOW - 20 * DAY}
    return Schedule.objects.create(group=group, plan_key=key, at=at, **(said | values))


def _a_day(group: Group) -> dict[tuple[date, int], int]:
    found: dict[tuple[date, int], int] = {}
    for day, schedule in Slot.objects.filter(schedule__group=group).values_list("day", "schedule"):
        found[(day, schedule)] = found.get((day, schedule), 0) + 1
    return found


def test_many_groups_are_switched_at_once(tech: Kind) -> None:
    """Those that are so already, archived or off for all stay as they are."""
    groups = [following(tech) for _n in range(3)]
    content.plan(at=NOW)
    rows = list(Schedule.objects.filter(plan_key="weekend-1500"))
    Group.objects.filter(pk=groups[2].pk).update(lifecycle=Lifecycle.ARCHIVED)
    assert len(content.switch_many(schedules=rows, on=False, by=None, at=NOW)) == 3
    assert len(content.switch_many(schedules=rows, on=True, by=None, at=NOW)) == 2
    assert content.switch_many(schedules=rows[:2], on=True, by=None, at=NOW) == []
    assert AuditEntry.objects.filter(verb="schedule.disable").count() == 3


def test_archived_and_sleeping_groups(tech: Kind) -> None:
    """An archived group gets no line; one that is not active yet has its plan, and no slot before it wakes."""
    archived, asleep = following(tech, lifecycle=Lifecycle.ARCHIVED), following(tech, lifecycle=Lifecycle.PLANNED)
    content.plan(at=NOW)
    assert (archived.schedules.count(), asleep.schedules.count() > 6, slots(asleep)) == (0, True, [])
    Group.objects.filter(pk=asleep.pk).update(lifecycle=Lifecycle.ACTIVE)
    content.plan(at=NOW + 30 * DAY)
    assert slots(asleep)


def test_a_tick_without_news_costs_the_same_for_one_group_and_thirty(tech: Kind) -> None:
    """Constant queries when nothing has changed."""

    def cost() -> int:
        content.plan(at=NOW)
        with CaptureQueriesContext(connection) as counted:
            content.plan(at=NOW)
        return len(counted)

    following(tech)
    few = cost()
    for _n in range(29):
        following(tech)
    assert cost() == few <= 12


def test_a_change_of_a_line_costs_the_same_for_one_group_and_thirty(tech: Kind) -> None:
    """Set-based: the operator does not wait for the groups."""

    def cost(at_time: time) -> int:
        line = tech.plan_lines.get(key="workday-0900")
        with CaptureQueriesContext(connection) as counted:
            content.update_line(line=line, version=line.version, at_time=at_time, by=None, at=NOW)
        return len(counted)

    following(tech)
    content.plan(at=NOW)
    few = cost(time(9, 10))
    for _n in range(29):
        following(tech)
    content.plan(at=NOW)
    assert cost(time(9, 20)) <= few + 2  # SQLite takes a long insert in two


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_planners_and_an_operator_at_once() -> None:
    """Five planners make each line once, while somebody moves it: every follower ends where the line says."""
    kind = Kind.objects.create(slug="race", name="竞速群", positioning="测试", size_low=1, size_high=9, level="free", values=[])
    groups, broken = [following(kind) for _n in range(4)], []
    content.follow(at=NOW)
    line = kind.plan_lines.get(key="workday-0900")
    barrier = threading.Barrier(5)

    def work(number: int) -> None:
        try:
            barrier.wait()
            for step in range(3):
                if number == 0:
                    stored = PlanLine.objects.get(pk=line.pk)
                    content.update_line(line=stored, version=stored.version, at_time=time(9, 10 + step), by=None, at=NOW)
                else:
                    content.plan(at=NOW)
        except Exception as error:  # noqa: BLE001  (any thread's failure is the test's)
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    content.plan(at=NOW)
    for group in groups:
        rows = list(group.schedules.all())
        assert len(rows) == len({row.plan_key for row in rows}) == kind.plan_lines.count()
        morning = group.schedules.get(line=line)
        assert morning.at == time(9, 12)
        assert {f"{slot.due_at:%H:%M}" for slot in morning.slots.all()} == {"01:12"}


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00")


def test_the_week_of_the_national_holiday(tech: Kind) -> None:
    """A worked Sunday has the workday's plan, days off the weekend's; festivals have their greeting instead of the good morning."""
    group = following(tech)
    content.plan(at=at("2026-09-18T23:00"))
    for n in range(19):
        content.plan(at=at("2026-09-18T23:00") + n * DAY)
    said: dict[str, list[str]] = {}
    for day, title in slots(group):
        said.setdefault(day[:5], []).append(title)
    workday = ["早安问候 + 日程安排", "技术资讯 + 午休话题", "下班话题 + 轻松内容", "深度技术讨论"]
    weekend = ["学习资源分享", "项目经验分享", "生活工作平衡话题"]
    assert said["09-20"] == said["09-21"] == workday  # a Sunday that is worked
    assert said["09-25"] == ["节日问候和祝福", *weekend]  # 中秋, a Friday off
    assert said["10-01"] == ["节日问候和祝福", *weekend]
    assert all(said[f"10-0{day}"] == weekend for day in range(2, 8))
    assert said["10-08"] == workday
    assert said["10-10"] == workday  # a Saturday that is worked


def test_a_festival_on_a_workday_has_one_greeting(tech: Kind) -> None:
    """元宵 2026, a Tuesday: the festival's greeting takes the place of the good morning; the rest of the day is as ever."""
    group = following(tech)
    content.plan(at=at("2026-03-02T23:00"))
    assert [title for day, title in slots(group) if day.startswith("03-03")] == [
        "节日问候和祝福", "技术资讯 + 午休话题", "下班话题 + 轻松内容", "深度技术讨论",
    ]  # fmt: skip
    content.release(at=at("2026-03-03T09:00"))
    body = Post.objects.get(group=group).body
    assert "元宵节" in body
    assert "快乐" in body


def test_on_a_solemn_day_nobody_is_wished_a_happy_one(tech: Kind) -> None:
    """清明."""
    group = following(tech)
    content.plan(at=at("2026-04-04T23:00"))
    content.release(at=at("2026-04-05T09:00"))
    body = Post.objects.get(group=group).body
    assert "清明节" in body
    assert "快乐" not in body


def test_a_published_year_moves_the_slots_that_were_planned_before(tech: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar's new edition says that a Sunday is worked: at the next tick it has the workday's plan."""
    group = following(tech)
    content.plan(at=NOW)
    real = holidays.day_kind
    monkeypatch.setattr(planning, "edition", lambda: "newer")
    monkeypatch.setattr(holidays, "day_kind", lambda day: holidays.DayKind.MAKE_UP if day == date(2026, 11, 29) else real(day))
    content.plan(at=NOW + MINUTE)
    assert next(title for day, title in slots(group) if day.startswith("11-29")) == "早安问候 + 日程安排"
    assert content.plan(at=NOW + MINUTE) == 0
