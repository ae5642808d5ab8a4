"""The home page: who sees what in which part, what the keys do by form and by htmx, filters, several at once, undo."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from content import services as content
from content.models import Post, Theme
from content.policy import PostState, SlotState, Why
from groupops.accounts.models import User
from groupops.dashboard.models import TaskMark
from groupops.dashboard.relay import press
from groupops.groups.models import Group, KeyMoment
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, text_key
from groupops.record import services as record
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.shared.today import LIMIT
from tests.dashboard import seeded
from tests.factories import accounts
from tests.factories.content import PostFactory, SlotFactory, bound
from tests.factories.groups import GroupFactory, StaffPostFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory
from tests.messaging import purpose

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACT = "/today/act"


def logged_in(user: User) -> Client:
    """A browser with a login."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def by(settings: Settings) -> User:
    """An operator; the list is the seeded one."""
    settings.TODAY_SOURCES = seeded.SOURCES
    return accounts.operator()


def home(user: User, **query: Any) -> str:
    """The page, as text."""
    page = logged_in(user).get(reverse("today"), query)
    assert page.status_code == 200
    return unescape(page.content.decode())


def moment(title: str = "新版本发布") -> KeyMoment:
    """A thing whose key dismisses it."""
    return KeyMoment.objects.create(sort="campaign", title=title, on=clock.now().date(), created_at=clock.now())


def said(answer: HttpResponse) -> str:
    """The toast of an answer to htmx."""
    return unescape(answer.headers.get("HX-Trigger", "")).encode().decode("unicode_escape")


def owned(**values: Any) -> Group:
    """A group that has an owner, so that no item says it has none."""
    return GroupFactory(owner=accounts.founder(), **values)


def test_every_role_has_its_home(by: User) -> None:
    """Who runs groups sees numbers; a volunteer only their own groups; a viewer reads without a button."""
    group, foreign = owned(name="自己的群"), owned(name="别人的群")
    volunteer = accounts.volunteer()
    StaffPostFactory(group=group, user=volunteer)
    assert "today-kpis" in home(by)
    page = home(volunteer)
    assert "自己的群" in page
    assert "别人的群" not in page
    assert "today-kpis" not in page
    reading = home(accounts.viewer())
    assert foreign.name in reading
    assert 'data-key="Enter"' in reading
    for forbidden in ("today-bulk", 'value="done"', 'data-key="a"', 'type="checkbox"'):
        assert forbidden not in reading


def test_a_viewer_is_refused_whatever_is_sent(by: User) -> None:
    """The door and the service both say no."""
    group, reader = owned(), accounts.viewer()
    for do in ("take", "snooze:hour", "done"):
        answer = logged_in(reader).post(ACT, {"do": do, "key": f"seed:{group.pk}"}, headers=HTMX)
        assert answer.status_code == 409
    assert not TaskMark.objects.exists()


def test_a_volunteer_is_spared_what_others_have_taken(by: User) -> None:
    """Their own and everybody's stay."""
    groups = [owned() for _ in range(3)]
    volunteer = accounts.volunteer()
    for group, assignee in zip(groups, (by, volunteer, None), strict=True):
        StaffPostFactory(group=group, user=volunteer)
        TaskMark.objects.create(key=f"seed:{group.pk}", assignee=assignee, by=by, at=clock.now())
    page = home(volunteer)
    assert [f'value="seed:{group.pk}"' in page for group in groups] == [False, True, True]


def test_done_by_form_leads_back_with_a_message(by: User) -> None:
    """Without script: the button of the moment is pressed, the page says so and offers the undo."""
    found = moment()
    answer = logged_in(by).post(ACT, {"do": "done", "key": f"moment:{found.pk}", "next": "/?who=all"}, follow=True)
    assert answer.redirect_chain == [("/?who=all", 302)]
    found.refresh_from_db()
    assert found.dismissed
    assert "/today/undo/" in answer.content.decode()


def test_done_by_htmx_answers_with_the_list_and_undo_brings_it_back(by: User) -> None:
    """The row is gone from the answer; undo presses the undo of the page that did it."""
    found, client = moment(), logged_in(by)
    answer = client.post(ACT, {"do": "done", "key": f"moment:{found.pk}"}, headers=HTMX)
    assert answer.status_code == 200
    assert f"moment:{found.pk}" not in answer.content.decode()
    assert 'id="today-list"' in answer.content.decode()
    undo = said(answer).partition('"undo": "')[2].partition('"')[0]
    assert client.post(undo, headers=HTMX).headers["HX-Trigger"].count("today:refresh") == 1
    found.refresh_from_db()
    assert not found.dismissed
    assert logged_in(accounts.operator()).post(undo).status_code == 404  # somebody else's undo


def test_several_at_once_say_what_was_skipped_and_why(by: User) -> None:
    """What only its own page can settle, and what somebody has just settled, is named; the rest is done and can be undone at once."""
    group, moments = owned(name="一群"), [moment(f"节点{n}") for n in range(3)]
    gone = moments.pop()
    KeyMoment.objects.filter(pk=gone.pk).update(dismissed=True)
    keys = [f"seed:{group.pk}", *(f"moment:{found.pk}" for found in (*moments, gone))]
    client = logged_in(by)
    answer = client.post(ACT, {"do": "done", "key": keys}, headers=HTMX)
    text = said(answer)
    assert KeyMoment.objects.filter(dismissed=True).count() == 3
    for part in ("已完成 2 项", "2 条未处理", "一群", "打开后处理", "不在列表里"):
        assert part in text
    client.post(text.partition('"undo": "')[2].partition('"')[0])
    assert KeyMoment.objects.filter(dismissed=True).count() == 1


def test_nothing_done_is_a_409_that_says_why(by: User) -> None:
    """By htmx a toast and no list; by form a message."""
    client = logged_in(by)
    for body in ({"do": "done", "key": "moment:999"}, {"do": "done"}):
        assert client.post(ACT, body, headers=HTMX).status_code == 409
        assert client.post(ACT, body).status_code == 302
    assert "不在列表里" in said(client.post(ACT, {"do": "take", "key": "moment:999"}, headers=HTMX))


@pytest.mark.parametrize("do", ["", "explode", "snooze", "snooze:decade", "assign", "assign:x", "assign:999"])
def test_an_act_that_does_not_exist_is_not_found(by: User, do: str) -> None:
    """As an address that does not exist."""
    assert logged_in(by).post(ACT, {"do": do, "key": "seed:1"}).status_code == 404


def test_given_to_a_colleague_who_may_see_it_only(by: User) -> None:
    """By name in the select and on the row; a volunteer of another group is refused."""
    group, volunteer = owned(), accounts.volunteer(name="小志愿")
    client, body = logged_in(by), {"do": f"assign:{volunteer.pk}", "key": f"seed:{group.pk}"}
    assert "小志愿" in said(client.post(ACT, body, headers=HTMX))
    StaffPostFactory(group=group, user=volunteer)
    assert client.post(ACT, body, headers=HTMX).status_code == 200
    assert TaskMark.objects.get().assignee == volunteer
    assert "小志愿" in home(by)
    assert f"seed:{group.pk}" in home(volunteer, who="mine")


def test_filters_stand_in_the_address(by: User) -> None:
    """Kind, whose and group; what is not understood filters nothing."""
    groups = [owned() for _ in range(6)]
    TaskMark.objects.create(key=f"seed:{groups[0].pk}", assignee=by, by=by, at=clock.now())

    def keys(**query: Any) -> list[int]:
        page = home(by, **query)
        return [n for n, group in enumerate(groups) if f'value="seed:{group.pk}"' in page]

    assert keys() == keys(kind="nonsense", who="nonsense", group="nonsense") == [0, 1, 2, 3, 4, 5]
    assert keys(kind="question") == [0, 5]
    assert keys(who="mine") == [0]
    assert keys(who="unassigned", kind="question") == [5]
    assert keys(group=groups[3].pk) == [3]
    assert "没有符合条件的待办" in home(by, kind="question", group=groups[3].pk)


@pytest.mark.parametrize("build", [lambda: owned(), lambda: (owned(), moment(), GroupFactory())])
def test_the_home_page_costs_the_same_for_one_three_and_fifty(by: User, build: Callable[[], Any]) -> None:
    """Constant queries over groups, items, marks and slots, for the page and its fragment."""
    client, counts = logged_in(by), []
    for count in (1, 2, 47):
        for _ in range(count):
            build()
        for group in Group.objects.all():
            TaskMark.objects.get_or_create(key=f"seed:{group.pk}", defaults={"assignee": accounts.operator(), "by": by, "at": clock.now()})
        for headers in ({}, HTMX):
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/", headers=headers).status_code == 200
            counts.append(len(queries))
    assert counts[:2] * 2 == counts[2:]


def test_a_full_source_says_that_there_is_more(by: User) -> None:
    """With the way to the page of all of them."""
    for _ in range(LIMIT - 1):
        owned()
    assert "today-more" not in home(by)
    owned()
    page = home(by)
    assert "today-more" in page
    assert f'href="{reverse("messaging:deliveries")}?state=inbox"' in page


def test_one_text_for_many_groups_is_one_row_and_one_key(by: User, settings: Settings) -> None:
    """Twenty groups are not twenty rows; confirming it confirms all of them, and undo takes all back."""
    settings.TODAY_SOURCES = ["groupops.messaging.today.source"]
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    wechat = ConnectionFactory(adapter="assisted")
    for _ in range(3):
        group = BindingFactory(connection=wechat).group
        DeliveryFactory(group=group, connection=wechat, state=DeliveryState.WAITING_PERSON, text="早安", text_key=text_key("早安"))
    client, first = logged_in(by), Delivery.objects.order_by("due_at", "pk").first()
    assert first is not None
    answer = client.post(ACT, {"do": "done", "key": f"send:{first.pk}"}, headers=HTMX)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    client.post(said(answer).partition('"undo": "')[2].partition('"')[0])
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.WAITING_PERSON}


def test_a_button_that_says_no_by_a_message_is_skipped_with_it(by: User, settings: Settings) -> None:
    """A colleague is at it: the send desk says so, and so does the list."""
    settings.TODAY_SOURCES = ["groupops.messaging.today.source"]
    settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | purpose.KINDS
    row = DeliveryFactory(state=DeliveryState.WAITING_PERSON, taken_by=accounts.operator(name="王芳"), taken_at=clock.now())
    answer = logged_in(by).post(ACT, {"do": "done", "key": f"send:{row.pk}"}, headers=HTMX)
    assert answer.status_code == 409
    assert "王芳" in said(answer)


def test_alarms_of_a_group_reach_those_who_see_the_group(settings: Settings) -> None:
    """Those of the site only who sees the system; a critical one is urgent."""
    settings.TODAY_SOURCES = ["groupops.dashboard.today.source"]
    group, volunteer = owned(), accounts.volunteer()
    StaffPostFactory(group=group, user=volunteer)
    record.raise_alarm(key="a", severity="critical", text="整站出事", at=clock.now())
    record.raise_alarm(key="b", severity="warning", text="群里出事", at=clock.now() - timedelta(hours=3), group_id=group.pk)
    record.raise_alarm(key="c", severity="warning", text="别的群出事", at=clock.now(), group_id=owned().pk)
    page = home(accounts.operator())
    assert page.index("整站出事") > page.index("群里出事")  # what is late stands above
    assert [text in home(volunteer) for text in ("整站出事", "群里出事", "别的群出事")] == [False, True, False]


def test_groups_without_owner_or_room_are_one_row_each(settings: Settings) -> None:
    """Alone by the way to their page, together by the list; a group of another state is nobody's task."""
    settings.TODAY_SOURCES = ["groupops.groups.today.source", "groupops.messaging.today.source"]
    by = accounts.operator()
    first = GroupFactory(name="一号群")
    GroupFactory(lifecycle="planned")
    page = home(by)
    assert reverse("groups:posts", args=[first.pk]) in page
    assert reverse("messaging:bind", args=[first.pk]) in page
    GroupFactory.create_batch(4)
    page = home(by)
    assert "5 个群没有群主" in page
    assert "5 个群未绑定群聊" in page
    assert "未绑定" not in home(accounts.admin())


def test_gaps_in_the_coverage_are_one_row_a_sort(settings: Settings) -> None:
    """However many groups; alone it says what is missing, together it leads to the overview of all."""
    settings.TODAY_SOURCES = ["groupops.dashboard.today.source"]
    by, groups, at = accounts.operator(), [owned(name=f"{n}群") for n in "甲乙丙"], clock.now()
    for n, group in enumerate(groups):
        key = f"coverage:{'question' if n == 2 else 'empty'}:{group.pk}:2026-11-22"
        record.raise_alarm(
            key=key, severity="warning", text=f"缺口{n}", at=at - timedelta(minutes=3 - n), group_id=group.pk, url=f"/gap{n}"
        )
    page = home(by, kind="coverage")
    assert page.count('id="task-') == 2
    assert "甲群 等，另 1 个群" in page
    assert reverse("content:coverage-overview") in page
    assert '"/gap2"' in page
    assert "缺口2" in page


def test_an_address_with_a_question_is_pressed_as_it_stands(by: User) -> None:
    """What follows the question mark reaches the view; a page that wants a form filled in is no button."""
    found = moment()
    request = RequestFactory().post(ACT)
    request.user, request.session = by, SessionStore()
    answer = press(request, f"{reverse('groups:moment-dismiss', args=[found.pk])}?next=%2F")
    assert "新版本发布" in answer.text
    assert answer.undo == reverse("groups:moment-restore", args=[found.pk])
    with pytest.raises(Refused):
        press(request, reverse("groups:kind-new"))
    with pytest.raises(Refused):
        press(request, reverse("groups:moment-dismiss", args=[found.pk + 1]))


def test_many_of_one_kind_do_not_bury_the_others(by: User) -> None:
    """The first five of each kind in each part, and how many more; alone all of them are shown."""
    for n in range(8):
        moment(f"节点{n}")
    page = home(by)
    assert page.count('id="task-') == 5
    assert 'href="/?kind=moment"' in page
    assert "today-fold" in page
    alone = home(by, kind="moment")
    assert alone.count('id="task-') == 8
    assert "today-fold" not in alone


def undo_of(answer: HttpResponse) -> str:
    """The address of the undo button in a toast; empty without one."""
    return said(answer).partition('"undo": "')[2].partition('"')[0]


def test_fifty_acts_of_other_pages_are_one_undo(by: User) -> None:
    """Each of them has an address of its own; together they would fit no request line. Once, and only by who did it."""
    found = [moment(f"节点{n}") for n in range(49)]
    client = logged_in(by)
    undo = undo_of(client.post(ACT, {"do": "done", "key": [f"moment:{one.pk}" for one in found]}, headers=HTMX))
    assert len(undo) < 60
    assert KeyMoment.objects.filter(dismissed=True).count() == 49
    assert logged_in(accounts.operator()).post(undo).status_code == 404
    assert client.post(undo).status_code == 302
    assert not KeyMoment.objects.filter(dismissed=True).exists()
    assert client.post(undo).status_code == 404


def test_several_put_off_are_one_undo_and_what_was_marked_since_is_named(by: User) -> None:
    """The rest is taken back all the same; when nothing is left to take back, the answer says why."""
    groups = [owned() for _ in range(3)]
    client, keys = logged_in(by), [f"seed:{group.pk}" for group in groups]
    undo = undo_of(client.post(ACT, {"do": "snooze:hour", "key": keys}, headers=HTMX))
    TaskMark.objects.filter(key=keys[0]).update(at=clock.now() + timedelta(seconds=1))
    answer = client.post(undo, headers=HTMX)
    assert "1 条未处理" in said(answer)
    assert list(TaskMark.objects.order_by("key").values_list("snoozed_until", flat=True)).count(None) == 2
    undo = undo_of(client.post(ACT, {"do": "snooze:hour", "key": keys[1:]}, headers=HTMX))
    TaskMark.objects.update(at=clock.now() + timedelta(seconds=1))
    assert client.post(undo, headers=HTMX).status_code == 409


def test_what_has_no_way_back_does_not_keep_the_others_from_theirs(by: User, settings: Settings) -> None:
    """A missed slot that is sent has left; the moment that was settled in the same go comes back."""
    settings.TODAY_SOURCES = ["content.today.source", "groupops.groups.today.source"]
    slot = SlotFactory(schedule__group=bound(owned()), state=SlotState.MISSED, why=Why.ASK, due_at=clock.now() - timedelta(hours=1))
    found, client = moment(), logged_in(by)
    answer = client.post(ACT, {"do": "done", "key": [f"moment:{found.pk}", f"ask:{slot.pk}"]}, headers=HTMX)
    assert "cannot be taken back" in said(answer) or "无法撤回" in said(answer)
    client.post(undo_of(answer))
    found.refresh_from_db()
    slot.refresh_from_db()
    assert (found.dismissed, slot.why) == (False, Why.BY_HAND)


def test_a_day_that_was_left_unsent_asks_again(by: User, settings: Settings) -> None:
    """For the reason that it had."""
    settings.TODAY_SOURCES = ["content.today_posts.source"]
    slot = SlotFactory(schedule__group=owned(), state=SlotState.MISSED, why=Why.HELD, due_at=clock.now() - timedelta(hours=1))
    client = logged_in(by)
    answer = client.post(ACT, {"do": "done", "key": [f"slot:{slot.pk}:unsaid"]}, headers=HTMX)
    slot.refresh_from_db()
    assert slot.why == Why.LEFT
    client.post(undo_of(answer))
    slot.refresh_from_db()
    assert slot.why == Why.HELD


def test_a_bundle_of_posts_that_was_cancelled_comes_back_whole(by: User, settings: Settings) -> None:
    """One row, one key, one undo; a post of the bundle that had been cancelled before stays so."""
    settings.TODAY_SOURCES = ["content.today_posts.source"]
    bundle, at = uuid4(), clock.now()
    values = {"bundle": bundle, "due_at": at - timedelta(hours=1), "created_at": at - timedelta(days=1)}
    first, second, gone = (
        PostFactory(group=owned(), state=state, **values) for state in (PostState.DRAFT, PostState.DRAFT, PostState.CANCELLED)
    )
    client = logged_in(by)
    answer = client.post(ACT, {"do": "done", "key": f"post:{bundle}:overdue"}, headers=HTMX)
    assert set(Post.objects.values_list("state", flat=True)) == {PostState.CANCELLED}
    client.post(undo_of(answer))
    states = dict(Post.objects.values_list("pk", "state"))
    assert states == {first.pk: PostState.DRAFT, second.pk: PostState.DRAFT, gone.pk: PostState.CANCELLED}


def test_the_strip_says_what_the_day_is_about(by: User) -> None:
    """On the person's day, over the active groups they see; a theme of several groups once, with how many."""
    for _ in range(2):
        owned()
    content.follow(at=clock.now())
    Theme.objects.update(weekdays=0b1111111, title="天天分享日")
    assert "天天分享日" in home(by)
    assert "2 个群" in home(by)
    assert "天天分享日" not in home(accounts.volunteer())
