"""List pages cost the same for one row and for thirty."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Kind
from groupops.groups.policy import MomentSort, Scope
from tests.factories.accounts import UserFactory, operator
from tests.factories.groups import NOW, GroupFactory, KindFactory, StaffPostFactory, fortnight

pytestmark = pytest.mark.django_db
LogIn = Callable[[User], Client]


def fill(n: int) -> None:
    for row in range(n):
        group = GroupFactory(kind=KindFactory(slug=f"count-{Kind.objects.count()}"))
        fortnight(group)
        StaffPostFactory(group=group)
        groups.record_moment(sort=MomentSort.RELEASE, title=f"t{row}", on=NOW.date(), by=UserFactory(), at=NOW)
        groups.set_policy(name="group.posts", scope=Scope.GROUP, group=group, value={"deputy_high": 4}, by=UserFactory(), at=NOW)


@pytest.mark.parametrize("name", ["list", "advice", "ecosystem", "moments", "kinds", "policies", "export", "create"])
def test_site_lists(log_in: LogIn, name: str) -> None:
    client = log_in(operator())
    fill(1)
    address = reverse(f"groups:{name}")
    assert cost(client, address) > 0
    few = cost(client, address)
    fill(29)
    assert cost(client, address) == few


@pytest.mark.parametrize("name", ["detail", "rules", "posts", "edit"])
def test_pages_of_a_group(log_in: LogIn, name: str) -> None:
    client, group = log_in(operator()), GroupFactory()
    address = reverse(f"groups:{name}", args=[group.pk])

    def grow(n: int, seen: int) -> None:
        for version in range(seen, seen + n):
            StaffPostFactory(group=group)
            groups.publish_rules(group=group, text=f"第{version}版", why="", seen=version, by=UserFactory(), at=NOW)

    grow(1, 0)
    cost(client, address)
    few = cost(client, address)
    grow(29, 1)
    # A second version makes the comparison of two: no query of its own.
    assert cost(client, address) == few


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return len(queries)
