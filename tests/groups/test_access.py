"""access.py: the matrix, and that its documentation is not stale."""

import pytest
from django.core.management import call_command
from django.http import Http404

from groupops.accounts.models import User
from groupops.accounts.policy import Right, Role
from groupops.groups import access
from groupops.groups.access import BY_POST, BY_ROLE, GroupRight
from groupops.groups.policy import Post
from groupops.shared.errors import Forbidden
from tests.factories.accounts import UserFactory, operator, volunteer
from tests.factories.groups import NOW, GroupFactory, StaffPostFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("post", [None, *Post])
def test_rights_are_those_of_the_role_and_of_the_post(role: Role, post: Post | None) -> None:
    user, group = UserFactory(role=role), GroupFactory()
    if post:
        StaffPostFactory(group=group, user=user, post=post)
    wanted = BY_ROLE[role] | (BY_POST[post] if post else frozenset())
    assert access.rights(user, group) == wanted
    assert access.rights_on(user, [group]) == {group.pk: wanted}
    for right in GroupRight:
        assert access.may(user, right, group) == (right in wanted)
        assert access.groups_with(user, right).filter(pk=group.pk).exists() == (right in wanted)
    assert access.visible_to(user).filter(pk=group.pk).exists() == (GroupRight.VIEW in wanted)


def test_every_missing_right_has_its_words() -> None:
    assert set(access.MISSING) == set(GroupRight)


def test_a_post_counts_in_its_group_and_until_it_ends() -> None:
    user, group, other = volunteer(), GroupFactory(), GroupFactory()
    held = StaffPostFactory(group=group, user=user, post=Post.OWNER)
    assert not access.rights(user, other)
    held.until = NOW
    held.save()
    assert not access.rights(user, group)


def test_whoever_was_deactivated_has_nothing() -> None:
    user = operator(is_active=False)
    group = GroupFactory(owner=user)
    assert not access.rights(user, group)
    assert not access.visible_to(user)
    assert not access.groups_with(user, GroupRight.VIEW)
    assert access.rights_on(user, [group]) == {group.pk: frozenset()}


def test_foreign_groups_are_absent_and_missing_rights_are_named() -> None:
    user, group = volunteer(), GroupFactory()
    with pytest.raises(Http404):
        access.group_for(user, group.pk)
    StaffPostFactory(group=group, user=user, post=Post.VOLUNTEER)
    assert access.group_for(user, group.pk) == group
    with pytest.raises(Forbidden):
        access.group_for(user, group.pk, GroupRight.EDIT)


@pytest.mark.parametrize("right", [Right.CREATE_GROUP, Right.MANAGE_POLICY, Right.SEE_ALL_GROUPS])
def test_site_rights_are_demanded_in_words(right: Right) -> None:
    user: User = volunteer()
    with pytest.raises(Forbidden, match=r".+"):
        access.demand_on_site(user, right)
    access.demand_on_site(operator(), right)


def test_the_reference_pages_are_not_stale() -> None:
    call_command("groups_reference", "--check")
