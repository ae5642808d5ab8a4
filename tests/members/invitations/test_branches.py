"""The tree below one member: bounded a level, nobody twice, and never more queries for more people."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.invitations import branches
from members.models import Membership
from tests.factories.accounts import operator
from tests.factories.groups import GroupFactory
from tests.factories.members import MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def names(drawn: list[branches.Branch]) -> dict[str, object]:
    """The tree as names."""
    return {branch.stay.person.name: names(branch.below) for branch in drawn}


def test_drawn_level_by_level() -> None:
    group, by = GroupFactory(), operator()
    root = MembershipFactory(group=group, person__name="根")

    def brought(name: str, inviter: Membership) -> Membership:
        return MembershipFactory(group=group, person__name=name, invited_by=inviter.person)

    one, two = brought("一", root), brought("二", root)
    deep = brought("三", one)
    brought("五", brought("四", deep))
    Membership.objects.filter(pk=root.pk).update(invited_by=two.person)
    drawn = branches.below(by, root.person)
    assert names(drawn.branches) == {"二": {}, "一": {"三": {"四": {}}}}
    [last] = drawn.branches[1].below[0].below
    assert last.stay.person.name == "四", "what lies deeper is a click away"
    with CaptureQueriesContext(connection) as few:
        branches.below(by, root.person)
    for n in range(branches.FEW + 3):
        brought(f"客{n}", root)
    with CaptureQueriesContext(connection) as many:
        drawn = branches.below(by, root.person)
    assert (len(drawn.branches), drawn.more) == (branches.FEW, 5)
    assert max(len(few), len(many)) <= branches.LEVELS
    client = Client()
    client.force_login(by)
    page = client.get(reverse("members:invite-branch", args=[one.person_id])).content.decode()
    assert page.index("三") < page.index("四")
    assert 'class="tree"' in page
