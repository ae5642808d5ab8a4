"""新人看板 and the pages around it: columns, facts, acts with undo, buddy, the welcome as a bubble, the funnel, the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.models import RuleSet
from groupops.groups.policy import Post
from groupops.messaging.models import Delivery
from groupops.record.models import AuditEntry
from groupops.shared import clock
from members.models import DailyActivity, Greeting, Membership, Newcomer, RulesAcknowledgement
from members.newcomers import board, funnel
from members.newcomers import services as newcomers
from members.newcomers.services import Act, NoBuddy
from tests.factories.accounts import operator, viewer, volunteer
from tests.factories.groups import GroupFactory, StaffPostFactory
from tests.factories.members import CareTaskFactory, MembershipFactory, NewcomerFactory
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def present(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def by() -> User:
    """An operator in Shanghai."""
    return operator()


@pytest.fixture
def client(by: User) -> Client:
    """Logged in."""
    found = Client()
    found.force_login(by)
    return found


def newcomer(days: float = 0, **values: Any) -> Newcomer:
    """Somebody who joined so many days ago."""
    at = NOW - days * DAY
    membership = {name.removeprefix("member_"): values.pop(name) for name in list(values) if name.startswith("member_")}
    row: Newcomer = NewcomerFactory(membership=MembershipFactory(joined_at=at, **membership), joined_at=at, **values)
    return row


def test_four_columns_by_day_of_stay(client: Client, by: User) -> None:
    rows = [newcomer(days) for days in (0, 1, 6, 7, 13, 14, 27, 28)]
    found = {card.row.pk: (card.stage.value, card.day) for card in board.cards(list(board.rows_for(by, NOW)), by, NOW)}
    wanted = [("today", 1), ("week1", 2), ("week1", 7), ("week2", 8), ("week2", 14), ("month", 15), ("month", 28)]
    assert [found.get(row.pk) for row in rows] == [*wanted, None]
    assert board.counts(board.rows_for(by, NOW), NOW, by.zone) == {"today": 1, "week1": 2, "week2": 2, "month": 2}
    page = client.get(reverse("members:newcomers") + "?stage=week2").content.decode()
    assert page.count('id="newcomer-') == 2


def test_what_a_card_says(by: User) -> None:
    row = newcomer(10, first_spoke_at=NOW - 9 * DAY, introduced_at=NOW - 9 * DAY)
    rules = RuleSet.objects.create(group=row.group, version=2, text="群规", at=NOW)
    RulesAcknowledgement.objects.create(membership=row.membership, rules=rules, at=NOW, how="page")
    for days, messages in ((9, 3), (2, 2)):
        DailyActivity.objects.create(membership=row.membership, day=(NOW - days * DAY).date(), messages=messages)
    CareTaskFactory(membership=row.membership, sort="new_topic")
    CareTaskFactory(membership=row.membership, sort="new_history", state="done", settled_at=NOW)
    CareTaskFactory(membership=row.membership)  # a colleague's own: no step of a list
    [card] = board.cards(list(board.rows_for(by, NOW)), by, NOW)
    assert (card.messages, card.second_week, card.read, card.version) == (5, True, 2, 2)
    assert ([task.sort for task in card.open_tasks], card.done_tasks, card.may) == (["new_topic"], 1, True)


def test_filters(client: Client) -> None:
    newcomer(member_person__name="沉默者")
    newcomer(member_person__name="无人理", first_spoke_at=NOW)
    newcomer(member_person__name="已介绍", first_spoke_at=NOW, introduced_at=NOW, answered_at=NOW, answered_how="reply")

    def shown(**query: str) -> set[str]:
        page = client.get(reverse("members:newcomers"), query).content.decode()
        return {name for name in ("沉默者", "无人理", "已介绍") if name in page}

    assert shown(open="silent") == {"沉默者"}
    assert shown(open="unanswered") == {"无人理"}
    assert shown(open="unintroduced") == {"沉默者", "无人理"}
    assert shown(open="alone") == shown(open="unread") == shown() == {"沉默者", "无人理", "已介绍"}
    assert shown(mine="yes") == set()
    assert shown(q="已介") == {"已介绍"}
    assert client.get(reverse("members:newcomers"), {"open": "x"}).status_code == 404


@pytest.mark.parametrize("what", list(Act))
def test_every_act_and_its_undo(client: Client, what: Act) -> None:
    row = newcomer(first_spoke_at=NOW)
    RuleSet.objects.create(group=row.group, version=1, text="群规", at=NOW)
    CareTaskFactory(membership=row.membership, sort="new_topic")

    def state() -> list[Any]:
        fresh = Newcomer.objects.get(pk=row.pk)
        counts = [model.objects.count() for model in (Greeting, RulesAcknowledgement)]
        return [fresh.introduced_at, fresh.answered_at, fresh.answered_how, *counts, *row.membership.care.values_list("state", flat=True)]

    before = state()
    page = client.post(reverse("members:newcomer-act", args=[row.pk, what.value]), follow=True).content.decode()
    done = state()
    assert done != before
    client.post(reverse("members:newcomer-act", args=[row.pk, what.value]))
    assert state() == done, "a second time changes nothing"
    undo = next(part for part in page.split('"') if f"/taken-back/{what.value}/" in part)
    client.post(undo)
    assert state() == before
    assert AuditEntry.objects.filter(group_id=row.group_id).count() >= 2


def test_many_at_once_says_who_was_skipped(client: Client) -> None:
    rows = [newcomer(), newcomer(introduced_at=NOW)]
    page = client.post(reverse("members:newcomers-act"), {"do": "introduced", "pk": [row.pk for row in rows]}, follow=True).content.decode()
    assert rows[1].membership.person.name in page
    assert Newcomer.objects.exclude(introduced_at=None).count() == 2


def test_only_what_a_person_said_is_taken_back(by: User) -> None:
    row = newcomer(introduced_at=NOW)
    result = newcomers.undo_act(newcomers=[row], what=Act.INTRODUCED, touched={}, by=by, at=NOW)
    assert (result.done, len(result.skipped)) == ([], 1)


def test_a_colleague_or_a_member_as_buddy(client: Client, by: User) -> None:
    row = newcomer()
    active: Membership = MembershipFactory(group=row.group, person__name="老周")
    DailyActivity.objects.create(membership=active, day=NOW.date(), messages=9)
    url = reverse("members:newcomer-buddy", args=[row.pk])
    assert "老周" in client.get(url).content.decode()
    client.post(url, {"buddy": f"member:{active.pk}"})
    assert Newcomer.objects.get().buddy_member == active
    client.post(url, {"buddy": f"user:{by.pk}"})
    fresh = Newcomer.objects.get()
    assert (fresh.buddy_user, fresh.buddy_member) == (by, None)
    assert client.post(url, {"buddy": "member:999999"}).status_code == 422
    client.post(url, {"buddy": ""})
    assert Newcomer.objects.get().buddy_user is None
    with pytest.raises(NoBuddy):
        newcomers.give_buddy(newcomer=row, user=viewer(), by=by, at=NOW)
    with pytest.raises(NoBuddy):
        newcomers.give_buddy(newcomer=row, member=row.membership, by=by, at=NOW)


def test_a_helper_sees_their_groups_alone() -> None:
    mine, _other = newcomer(member_person__name="我的新人"), newcomer(member_person__name="别人的")
    helper = volunteer()
    StaffPostFactory(group=mine.group, user=helper, post=Post.VOLUNTEER)
    client = Client()
    client.force_login(helper)
    page = client.get(reverse("members:newcomers")).content.decode()
    assert "我的新人" in page
    assert "别人的" not in page


def test_the_welcome_as_a_bubble_and_as_a_test(client: Client) -> None:
    group = BindingFactory().group
    page = client.get(reverse("members:welcome"), {"group": group.pk}).content.decode()
    assert f"欢迎 @小宋 加入{group.name}！🎉" in page
    assert "@小宋、@小王、@小李" in page
    client.post(reverse("members:welcome-try", args=[group.pk]), {"room": group.pk})
    assert Delivery.objects.get().text.startswith("【测试 ")


def test_a_welcome_that_is_not_configured_anywhere(client: Client) -> None:
    assert client.get(reverse("members:welcome")).status_code == 200
    GroupFactory()
    assert client.get(reverse("members:welcome"), {"group": "x"}).status_code == 200


def test_the_funnel_counts_who_could(client: Client, by: User) -> None:
    stayed = newcomer(40, first_spoke_at=NOW - 39 * DAY, introduced_at=NOW - 39 * DAY, answered_at=NOW - 39 * DAY, answered_how="reply")
    DailyActivity.objects.create(membership=stayed.membership, day=(NOW - 32 * DAY).date(), messages=1)
    gone = newcomer(40)
    Membership.objects.filter(pk=gone.membership_id).update(left_at=NOW - 20 * DAY, left_how="left")
    newcomer(2, first_spoke_at=NOW - DAY)
    rows = funnel.newcomers(by, NOW, months=6)
    assert [(step.count, step.of) for step in funnel.total(rows, NOW)] == [(3, 3), (1, 3), (2, 3), (1, 3), (1, 2), (1, 2)]
    assert [line.steps[0].count for line in funnel.by_month(rows, NOW)] == [1, 2]
    assert sum(line.steps[0].count for line in funnel.by_group(rows, NOW)) == 3
    assert [line.name for line in funnel.by_source(rows, NOW)] == [None]
    page = client.get(reverse("members:newcomers-funnel"))
    assert page.status_code == 200
    assert client.get(reverse("members:newcomers-funnel"), {"group": stayed.group_id, "months": 12}).status_code == 200
    assert client.get(reverse("members:newcomers-funnel"), {"months": "x"}).status_code == 200


def test_over_the_api(client: Client, by: User) -> None:
    row = newcomer(first_spoke_at=NOW)
    url = f"/api/v1/newcomers/{row.pk}/"
    found = client.get(url).json()
    assert (found["name"], found["present"], found["answered_at"]) == (row.membership.person.name, True, None)
    for undo in (False, True):
        answer = client.post(f"{url}mark/", {"what": "answered", "undo": undo}, "application/json")
        assert (answer.status_code, answer.json()["answered_at"] is None) == (200, undo)
    assert client.post(f"{url}mark/", {"what": "answered", "undo": True}, "application/json").status_code == 409
    assert client.post(f"{url}mark/", {"what": "odd"}, "application/json").status_code == 422
    assert client.post(f"{url}buddy/", {"user": by.pk}, "application/json").json()["buddy_user"] == by.pk
    assert client.post(f"{url}buddy/", {"user": by.pk, "member": 1}, "application/json").status_code == 422
    assert [step["step"] for step in client.get("/api/v1/newcomers/funnel/?months=3").json()][:2] == ["joined", "introduced"]
    assert client.get("/api/v1/newcomers/funnel/?months=x").status_code == 422
    assert client.get("/api/v1/welcomes/").json()["results"] == []
