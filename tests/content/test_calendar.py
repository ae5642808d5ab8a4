"""The calendar: what stands on it, for whom, how it is drawn, and what its panel offers."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from content import services as content
from content.calendar import View, Window, days_of, members_of, spread
from content.calendar.window import turned
from content.calendar.wire import words
from content.models import Schedule, Slot
from content.policy import PostKind, PostState, Why
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.shared import clock
from tests.content.conftest import made
from tests.factories import accounts
from tests.factories.content import PostFactory, SlotFactory, bound
from tests.factories.groups import NOW

pytestmark = pytest.mark.django_db
ZONE = "Asia/Shanghai"


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


def window(first: date, days: int = 7, **values: Any) -> Window:
    """Some days of all groups."""
    return Window(Group.objects.all(), first, first + timedelta(days=days - 1), ZONE, **values)


def shown(of: Window) -> list[tuple[str, str, str, int]]:
    """What stands in a window: (UTC time, title, state, how many)."""
    return [(f"{entry.due_at:%d %H:%M}", entry.title, entry.state, entry.count) for entry in spread(of, at=NOW).entries]


def test_views_have_whole_weeks() -> None:
    assert days_of(View.MONTH, date(2026, 11, 22)) == (date(2026, 10, 26), date(2026, 12, 6))
    assert days_of(View.WEEK, date(2026, 11, 22)) == (date(2026, 11, 16), date(2026, 11, 22))
    assert days_of(View.AGENDA, date(2026, 11, 22)) == (date(2026, 11, 22), date(2026, 12, 5))


@pytest.mark.parametrize(
    ("view", "by", "to"),
    [
        (View.MONTH, 1, date(2026, 12, 1)),
        (View.MONTH, -1, date(2026, 10, 1)),
        (View.WEEK, 1, date(2026, 11, 29)),
        (View.AGENDA, -1, date(2026, 11, 8)),
    ],
)
def test_turning(view: View, by: int, to: date) -> None:
    assert turned(view, date(2026, 11, 22), by) == to


def test_groups_that_say_the_same_are_one_entry() -> None:
    for n in range(20):
        made(bound(name=f"群{n:02}"))
    made(bound(name="迟到的群"), at_time=time(9, 30))
    monday = shown(window(date(2026, 11, 23), 1))
    assert monday == [("23 01:00", "早安", "planned", 20), ("23 01:30", "早安", "planned", 1)]


def test_one_that_failed_gives_the_entry_its_colour(group: Group) -> None:
    due = NOW - timedelta(hours=3)
    PostFactory(group=group, title="早安", state=PostState.SENT, sent_at=due, due_at=due)
    PostFactory(title="早安", state=PostState.FAILED, due_at=due)
    [entry] = spread(window(date(2026, 11, 22), 1), at=NOW).entries
    assert (entry.state, entry.states) == ("failed", {"failed": 1, "sent": 1})


def test_every_state_but_cancelled(group: Group) -> None:
    for n, state in enumerate(PostState):
        due = NOW + timedelta(hours=n)
        PostFactory(group=group, title=state, state=state, due_at=due, sent_at=due if state == PostState.SENT else None)
    found = {state for _at, _title, state, _n in shown(window(date(2026, 11, 22), 2))}
    assert found == set(PostState) - {PostState.CANCELLED}
    assert [state for _at, _title, state, _n in shown(window(date(2026, 11, 22), 2, state="cancelled"))] == ["cancelled"]


def test_behind_the_rows_the_rule_goes_on(group: Group) -> None:
    schedule = made(group, weekdays=0b0000010)  # Tuesdays
    content.skip_day(schedule=schedule, day=date(2026, 12, 8), by=None, at=NOW)
    found = spread(window(date(2026, 11, 23), 28), at=NOW).entries
    assert [(str(entry.first.day), entry.first.source, entry.state) for entry in found] == [
        ("2026-11-24", "slot", "planned"),
        ("2026-12-01", "plan", "planned"),
        ("2026-12-08", "plan", "skipped"),
        ("2026-12-15", "plan", "planned"),
    ]


def test_a_row_far_ahead_is_not_told_twice(group: Group) -> None:
    schedule = made(group, weekdays=0b0000010)
    SlotFactory(schedule=schedule, day=date(2026, 12, 15))
    for _twin in range(3):
        made(bound(), weekdays=0b0000010)
    found = {f"{entry.due_at:%m-%d}": entry.count for entry in spread(window(date(2026, 12, 7), 14), at=NOW).entries}
    assert found == {"12-08": 4, "12-15": 4}


def test_an_archived_group_promises_nothing(group: Group) -> None:
    schedule = made(group)
    Slot.objects.filter(schedule=schedule).delete()
    Group.objects.update(lifecycle=Lifecycle.ARCHIVED)
    assert shown(window(date(2026, 12, 7))) == []


@pytest.mark.both_databases
def test_what_will_not_go_out_is_drawn_as_skipped_with_its_reason(group: Group) -> None:
    """A text whose day was left out or switched off; all that a paused group plans, row or rule; what has left stays as it is."""
    left_out, off = made(group, title="甲"), made(group, title="乙")
    for schedule in (left_out, off):
        slot = schedule.slots.get(day=date(2026, 11, 24))
        content.write_ahead(slot=slot, title=schedule.title, body="今天不一样", by=None, at=NOW)
    content.skip_day(schedule=left_out, day=date(2026, 11, 24), by=None, at=NOW)
    content.disable(schedule=off, by=None, at=NOW)
    asleep = bound(name="歇着的群")
    made(asleep, title="丙")
    PostFactory(group=asleep, title="丁", due_at=NOW + timedelta(days=2))
    PostFactory(group=asleep, title="戊", state=PostState.SENT, due_at=NOW + timedelta(days=1), sent_at=NOW)
    Group.objects.filter(pk=asleep.pk).update(lifecycle=Lifecycle.PAUSED)
    for days in (window(date(2026, 11, 24), 1), window(date(2026, 11, 24), 1, coarse=True)):
        told = {(entry.state, part.why) for entry in spread(days, at=NOW).entries for part in entry.parts}
        assert told == {("skipped", Why.PERSON), ("skipped", Why.DISABLED), ("skipped", Why.PAUSED)}
    drawn = {entry.title: (entry.state, entry.why) for entry in spread(window(date(2026, 11, 23), 28), at=NOW).entries}
    assert (drawn["丙"], drawn["丁"], drawn["戊"]) == (("skipped", "paused"), ("skipped", "paused"), ("sent", ""))
    [entry] = members_of(window(date(2026, 11, 24), 1), due_at=NOW + timedelta(days=2), title="丁", kind="message", at=NOW)
    assert (entry.state, entry.why) == ("skipped", Why.PAUSED)
    with override("en"):
        [shown_as] = {words(entry) for entry in spread(window(date(2026, 11, 24), 1), at=NOW).entries if entry.title == "丁"}
    assert shown_as == "Skipped · the group is paused"


def test_days_are_those_of_the_zone(group: Group) -> None:
    PostFactory(group=group, title="夜里", due_at=datetime.fromisoformat("2026-11-23T23:30:00+08:00"))
    new_york = Window(Group.objects.all(), date(2026, 11, 23), date(2026, 11, 23), "America/New_York")
    assert [entry.title for entry in spread(new_york, at=NOW).entries] == ["夜里"]
    tokyo = Window(Group.objects.all(), date(2026, 11, 24), date(2026, 11, 24), "Asia/Tokyo")
    assert [entry.title for entry in spread(tokyo, at=NOW).entries] == ["夜里"]


def test_filters(group: Group) -> None:
    made(group)
    PostFactory(group=group, title="公告", kind=PostKind.ANNOUNCEMENT, due_at=NOW + timedelta(days=1))
    assert {title for _at, title, _state, _n in shown(window(date(2026, 11, 23), 14, post_kind="announcement"))} == {"公告"}
    assert {title for _at, title, _state, _n in shown(window(date(2026, 11, 23), 14, state="planned"))} == {"早安"}


def test_the_groups_of_an_entry(group: Group) -> None:
    made(group)
    made(bound(name="产品交流群"))
    PostFactory(title="早安", kind=PostKind.GREETING, state=PostState.DRAFT, due_at=datetime.fromisoformat("2026-11-23T09:00:00+08:00"))
    near = members_of(
        window(date(2026, 11, 23), 1), due_at=datetime.fromisoformat("2026-11-23T01:00:00+00:00"), title="早安", kind="greeting", at=NOW
    )
    far = members_of(
        window(date(2026, 12, 7), 1), due_at=datetime.fromisoformat("2026-12-07T01:00:00+00:00"), title="早安", kind="greeting", at=NOW
    )
    assert [(entry.first.source, entry.state) for entry in near].count(("slot", "planned")) == 2
    assert ("post", "draft") in [(entry.first.source, entry.state) for entry in near]
    assert [entry.first.source for entry in far] == ["plan", "plan"]


# --- The page


def get(client: Client, **query: Any) -> Any:
    """The page."""
    return client.get(reverse("content:calendar"), query)


def test_the_page_says_everything_without_a_script(client: Client, group: Group) -> None:
    made(group)
    page = get(client, view="week", date="2026-11-23").content.decode()
    assert page.count("早安") >= 7
    assert "技术交流一群" in page
    assert "Asia/Shanghai" in page


def test_an_unpublished_year_is_said(client: Client, group: Group) -> None:
    page = get(client, date="2028-10-01").content.decode()
    assert "2028" in page
    assert 'class="note note-info"' in page


def test_of_one_group(client: Client, group: Group) -> None:
    made(group)
    made(bound(name="别的群"), title="别处")
    page = get(client, group=group.pk, view="agenda").content.decode()
    assert "早安" in page
    assert "别处" not in page


@pytest.mark.parametrize("query", [{"view": "year"}, {"date": "x"}, {"group": "999999"}, {"state": "x"}, {"date": "0001-01-01"}])
def test_what_cannot_be_asked_is_a_404(client: Client, query: dict[str, str]) -> None:
    assert get(client, **query).status_code == 404


def test_the_cost_does_not_grow_with_groups(client: Client, group: Group) -> None:
    def cost() -> int:
        get(client)
        with CaptureQueriesContext(connection) as queries:
            get(client)
        return len(queries)

    made(group)
    few = cost()
    for n in range(12):
        made(bound(), at_time=time(10, n))
        PostFactory(due_at=NOW + timedelta(hours=n))
    assert cost() == few


def test_the_api_gives_the_same(client: Client, group: Group) -> None:
    made(group)
    answer = client.get("/api/v1/calendar/", {"since": "2026-11-23", "until": "2026-12-06"})
    assert answer.status_code == 200
    entries = answer.json()["entries"]
    assert len(entries) == 14
    assert entries[0]["slot"] == Slot.objects.order_by("due_at")[0].pk
    assert entries[-1]["schedule"] == Schedule.objects.get().pk
    assert all(entry["movable"] for entry in entries)


@pytest.mark.parametrize("span", [{}, {"since": "2026-11-23", "until": "2027-02-23"}, {"since": "2026-11-23", "until": "2026-11-22"}])
def test_the_api_wants_at_most_62_days(client: Client, span: dict[str, str]) -> None:
    assert client.get("/api/v1/calendar/", span).status_code == 422


def test_others_see_their_groups_alone(group: Group) -> None:
    made(group)
    client = Client()
    client.force_login(accounts.volunteer())
    assert client.get("/api/v1/calendar/", {"since": "2026-11-23", "until": "2026-11-29"}).json()["entries"] == []
    assert client.get(reverse("content:calendar-slot", args=[Slot.objects.all()[0].pk])).status_code == 404


def test_of_very_many_groups_the_kind_is_what_counts(group: Group) -> None:
    """Different titles of one kind at one moment are one entry, whose list tells them apart; the rules behind the rows too."""
    made(group, title="早安")
    made(bound(), title="晨间问候")
    near, far = (spread(window(day, 1, coarse=True), at=NOW).entries for day in (date(2026, 11, 23), date(2026, 12, 7)))
    assert [(entry.title, entry.count, entry.first.source) for entry in near + far] == [("", 2, "slot"), ("", 2, "plan")]
    found = members_of(window(date(2026, 11, 23), 1), due_at=near[0].due_at, title="", kind="greeting", at=NOW)
    assert {entry.title for entry in found} == {"早安", "晨间问候"}
