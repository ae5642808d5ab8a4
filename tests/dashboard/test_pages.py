"""Home, palette, system status, component page: who sees what, and what is said when there is nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState, key_of
from groupops.record import services as record
from groupops.shared import clock
from tests.factories import accounts, groups

pytestmark = pytest.mark.django_db


def logged_in(user: User) -> Client:
    """A browser with a login."""
    client = Client()
    client.force_login(user)
    return client


def waiting(group: Group, number: int = 1) -> Delivery:
    """A send that waits for a person."""
    at = clock.now()
    return Delivery.objects.create(
        key=key_of("post", number, group.pk), purpose="post", subject_id=number, group=group, text="早安",
        state=DeliveryState.WAITING_PERSON, due_at=at - timedelta(minutes=5), created_at=at,
    )  # fmt: skip


def test_an_empty_installation_says_what_to_do_first() -> None:
    """A founder gets the checklist and both empty states, in Chinese."""
    page = logged_in(accounts.founder()).get(reverse("today"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "新手清单" in text
    assert "现在没有需要你处理的事" in text
    assert "安排内容" in text


def test_a_viewer_gets_no_checklist() -> None:
    """Steps that somebody cannot take are not shown."""
    assert "新手清单" not in logged_in(accounts.viewer()).get(reverse("today")).content.decode()


def test_a_send_that_waits_for_a_person_is_a_thing_to_do() -> None:
    """It stands on the home page of those who see its group, and of nobody else."""
    group = groups.GroupFactory()
    delivery = waiting(group)
    address = f"{reverse('messaging:deliveries')}#card-{delivery.pk}"
    assert address in logged_in(accounts.operator()).get(reverse("today")).content.decode()
    assert address not in logged_in(accounts.volunteer()).get(reverse("today")).content.decode()


def test_the_home_page_costs_the_same_for_one_and_thirty_groups() -> None:
    """Constant queries."""
    client = logged_in(accounts.operator())
    client.get(reverse("today"))  # PostgreSQL prepares its statements once a connection
    counts = []
    for number in (1, 30):
        for index in range(number):
            waiting(groups.GroupFactory(), number * 100 + index)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("today"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_alarms_reach_those_who_see_the_system() -> None:
    """An open alarm is on the home page and the system page; closed, it is gone."""
    at = clock.now()
    record.raise_alarm(key="test", severity="critical", text="渠道掉线了", at=at)
    client = logged_in(accounts.admin())
    assert "渠道掉线了" in client.get(reverse("today")).content.decode()
    assert "渠道掉线了" in client.get(reverse("system")).content.decode()
    record.close_alarm(key="test", at=at)
    assert "渠道掉线了" not in client.get(reverse("system")).content.decode()


def test_the_system_page_needs_its_right() -> None:
    """A viewer is told which right is missing."""
    page = logged_in(accounts.viewer()).get(reverse("system"))
    assert page.status_code == 403
    assert "系统状态" in page.content.decode()


@pytest.mark.parametrize("query", ["", "群", "tok", "测试", "没有这样的东西", "%", "_", "'\"<>"])
def test_the_palette_answers_every_query(query: str) -> None:
    """As a fragment for htmx and as a page without script."""
    groups.GroupFactory()
    client = logged_in(accounts.founder())
    whole = client.get(reverse("palette"), {"q": query})
    fragment = client.get(reverse("palette"), {"q": query}, headers={"HX-Request": "true"})
    assert whole.status_code == fragment.status_code == 200
    assert "<html" in whole.content.decode()
    assert "<html" not in fragment.content.decode()


def test_the_palette_finds_only_what_one_may_see() -> None:
    """A foreign group does not show in the palette of a volunteer."""
    group = groups.GroupFactory(name="秘密群")
    assert "秘密群" in logged_in(accounts.viewer()).get(reverse("palette"), {"q": "秘密"}).content.decode()
    volunteer = accounts.volunteer()
    assert "秘密群" not in logged_in(volunteer).get(reverse("palette"), {"q": "秘密"}).content.decode()
    groups.StaffPostFactory(group=group, user=volunteer)
    assert "秘密群" in logged_in(volunteer).get(reverse("palette"), {"q": "秘密"}).content.decode()


def test_an_overlong_search_is_a_bad_request() -> None:
    """Not a slow query."""
    assert logged_in(accounts.founder()).get(reverse("palette"), {"q": "长" * 101}).status_code == 400


def test_every_component_is_drawn() -> None:
    """The component page renders."""
    assert logged_in(accounts.viewer()).get(reverse("components")).status_code == 200
