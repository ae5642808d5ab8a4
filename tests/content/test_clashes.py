"""What speaks against a moment: pure cases, and what the database finds around it."""

from datetime import date, datetime, time, timedelta

import pytest

from content import clashes
from content import services as content
from content.calendar import doubts
from content.clashes import ClashRule, Sort, Standing
from content.models import Slot
from content.policy import PostState
from content.services.ahead import SwitchedOff, occurrence
from content.services.rearranging import Doubtful, MovedMeanwhile, SameMinute, rearrange_post, rearrange_slot
from content.services.schedules import NeverFalls, SlotOver
from groupops.groups.models import Group
from tests.content.conftest import made
from tests.factories import accounts
from tests.factories.content import PostFactory, bound
from tests.factories.groups import NOW

NOON = datetime.fromisoformat("2026-11-23T12:00:00+08:00")
MINUTE = timedelta(minutes=1)


def standing(minutes: int, text: str = "别的", **values: int) -> Standing:
    """Something said so many minutes after noon."""
    return Standing(NOON + minutes * MINUTE, "帖子", text, **values)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (standing(0), [Sort.SAME_MINUTE]),
        (standing(29), [Sort.NEAR]),
        (standing(-29), [Sort.NEAR]),
        (standing(30), []),
        (standing(60, "大家 好"), [Sort.SAME_TEXT]),
        (standing(7 * 24 * 60, "大家好"), [Sort.SAME_TEXT]),
        (standing(8 * 24 * 60, "大家好"), []),
        (standing(24 * 60, "大家好", series=5), []),
        (standing(24 * 60, "大家好", series=6), [Sort.SAME_TEXT]),
    ],
)
def test_one_other(other: Standing, expected: list[Sort]) -> None:
    new = Standing(NOON, "新的", "大家好", series=5)
    assert [doubt.sort for doubt in clashes.doubts_about(new, [other], ClashRule())] == expected


def test_the_worst_comes_first_and_the_nearest_before_the_farther() -> None:
    others = [standing(60, "大家好"), standing(20), standing(10), standing(0)]
    found = clashes.doubts_about(Standing(NOON, "新的", "大家好"), others, ClashRule())
    assert [(doubt.sort, (doubt.other.due_at - NOON) // MINUTE) for doubt in found] == [
        ("same_minute", 0),
        ("near", 10),
        ("near", 20),
        ("same_text", 60),
    ]


def test_seconds_of_one_minute_are_the_same_minute() -> None:
    other = Standing(NOON + timedelta(seconds=40), "帖子", "别的")
    assert clashes.doubts_about(Standing(NOON, "新的", ""), [other], ClashRule())[0].sort == Sort.SAME_MINUTE


def test_a_rule_of_nothing_minds_only_the_same_minute() -> None:
    rule = ClashRule(gap_minutes=0, same_text_days=0)
    others = [standing(0), standing(1), standing(60, "大家好")]
    assert [doubt.sort for doubt in clashes.doubts_about(Standing(NOON, "新的", "大家好"), others, rule)] == [Sort.SAME_MINUTE]


# --- In the database


@pytest.mark.django_db
def test_rows_posts_and_promises_count_and_oneself_does_not(group: Group) -> None:
    schedule = made(group, title="早安", at_time=time(9))
    post = PostFactory(group=group, due_at=datetime.fromisoformat("2026-11-24T09:20:00+08:00"))
    PostFactory(due_at=datetime.fromisoformat("2026-11-24T09:20:00+08:00"))  # of another group
    PostFactory(group=group, state=PostState.CANCELLED, due_at=datetime.fromisoformat("2026-11-24T09:10:00+08:00"))
    slot = Slot.objects.get(schedule=schedule, day=date(2026, 11, 24))
    of_slot = doubts(group, Standing(slot.due_at, "早安", schedule.body, schedule.pk, slot=slot.pk))
    assert [(doubt.sort, doubt.other.post) for doubt in of_slot] == [("near", post.pk)]
    of_post = doubts(group, Standing(post.due_at, post.title, post.body, post=post.pk))
    assert [(doubt.sort, doubt.other.slot) for doubt in of_post] == [("near", slot.pk)]
    far = Standing(datetime.fromisoformat("2027-01-05T09:00:00+08:00"), "通知", "x")
    assert [(doubt.sort, doubt.other.series) for doubt in doubts(group, far)] == [("same_minute", schedule.pk)]


@pytest.mark.django_db
def test_filled_texts_are_compared(group: Group) -> None:
    """A greeting with the date in it says something else every day; what was sent has its words already."""
    PostFactory(group=group, body="今天是11月22日", state=PostState.SENT, sent_at=NOW, due_at=NOW)
    new = Standing(NOW + timedelta(days=1), "新的", "今天是{{date}}")
    assert doubts(group, new) == []
    PostFactory(group=group, body="今天是11月23日", state=PostState.SENT, sent_at=NOW, due_at=NOW - timedelta(days=1))
    assert [doubt.sort for doubt in doubts(group, new)] == [Sort.SAME_TEXT]


# --- Moving


def slot_of(group: Group, **values: object) -> Slot:
    """Tomorrow's slot of a new daily schedule."""
    return Slot.objects.select_related("schedule__group").get(schedule=made(group, **values), day=date(2026, 11, 23))


@pytest.mark.django_db
def test_a_clash_is_refused_a_doubt_is_asked(group: Group) -> None:
    slot, other = slot_of(group), PostFactory(group=group, title="公告", due_at=NOON)
    ask = {"slot": slot, "was": slot.due_at, "by": accounts.founder(), "at": NOW}
    with pytest.raises(SameMinute, match="公告"):
        rearrange_slot(due_at=other.due_at, keep=True, **ask)
    with pytest.raises(Doubtful) as asked:
        rearrange_slot(due_at=NOON + 20 * MINUTE, keep=False, **ask)
    assert [doubt.other.post for doubt in asked.value.doubts] == [other.pk]
    moved = rearrange_slot(due_at=NOON + 20 * MINUTE, keep=True, **ask)
    assert (moved.due_at, moved.placed) == (NOON + 20 * MINUTE, True)


@pytest.mark.django_db
def test_what_was_seen_elsewhere_is_not_moved(group: Group) -> None:
    slot, post = slot_of(group), PostFactory(group=group, due_at=NOON)
    before = {"was": NOON - timedelta(hours=1), "keep": False, "by": accounts.founder(), "at": NOW}
    with pytest.raises(MovedMeanwhile):
        rearrange_slot(slot=slot, due_at=NOON + 60 * MINUTE, **before)
    with pytest.raises(MovedMeanwhile):
        rearrange_post(post=post, version=None, due_at=NOON + 60 * MINUTE, **before)


@pytest.mark.django_db
def test_an_occurrence_far_ahead_becomes_a_row_once(group: Group) -> None:
    schedule, day = made(group), date(2027, 2, 1)
    slot = occurrence(schedule=schedule, day=day, at=NOW)
    assert occurrence(schedule=schedule, day=day, at=NOW) == slot
    assert slot.due_at == schedule.rule.moment(day)
    content.plan(at=NOW + timedelta(days=70))
    assert Slot.objects.filter(schedule=schedule, day=day).count() == 1


@pytest.mark.django_db
def test_what_never_falls_gets_no_row(group: Group) -> None:
    schedule = made(group, weekdays=0b0000001)
    with pytest.raises(NeverFalls):
        occurrence(schedule=schedule, day=date(2027, 2, 2), at=NOW)
    with pytest.raises(SlotOver):
        occurrence(schedule=made(bound(), start=date(2026, 11, 1)), day=date(2026, 11, 2), at=NOW)
    content.disable(schedule=schedule, by=None, at=NOW)
    with pytest.raises(SwitchedOff):
        occurrence(schedule=schedule, day=date(2027, 2, 1), at=NOW)
