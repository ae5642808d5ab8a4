"""Staff by link: role and posts, once, expiring, taken back; nobody gives what he lacks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import RIGHTS, Right, Role, outranks
from groupops.accounts.services.links import LinkUsed
from groupops.groups import access
from groupops.groups import services as groups
from groupops.groups.access import BY_POST, BY_ROLE, GroupRight
from groupops.groups.models import StaffInvitation
from groupops.groups.policy import Post
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden, Refused
from tests.accounts.keys import browser_of
from tests.factories.accounts import UserFactory, founder, operator
from tests.factories.groups import NOW, GroupFactory

pytestmark = pytest.mark.django_db
CHOSEN = {"username": "amy", "name": "阿青", "password1": "a quiet harbour", "password2": "a quiet harbour"}


def invited(**values: Any) -> tuple[StaffInvitation, str]:
    """A volunteer for a week."""
    made = {"name": "新人", "role": Role.VOLUNTEER, "seats": [], "lasts": timedelta(days=7), "at": timezone.now()} | values
    return groups.invite_staff(**({"by": founder()} | made))


def test_from_the_form_to_working() -> None:
    """The link gives the account that was meant, with its posts; the person chooses the rest; it works once."""
    boss, here, there = founder(), GroupFactory(), GroupFactory()
    sent = {"name": "小青", "role": "admin", "post": "deputy", "groups": [here.pk, there.pk], "days": "7"}
    page = browser_of(boss).post("/accounts/people/invite/", sent)
    assert page.status_code == 200
    path = page.context["link"].removeprefix("http://localhost:8000")
    guest = Client()
    shown = guest.get(path).content.decode()
    assert here.name in shown
    assert guest.post(path, CHOSEN | {"password2": "a loud harbour"}).status_code == 422
    UserFactory(username="AMY")
    assert guest.post(path, CHOSEN).status_code == 422  # the name is taken; nothing is used up
    assert guest.post(path, CHOSEN | {"username": "amy2"})["Location"] == "/accounts/second-factor/"
    assert guest.get("/accounts/profile/").status_code == 200
    user = User.objects.get(username="amy2")
    assert (user.role, user.name) == (Role.ADMIN, "阿青")
    assert sorted(user.posts.filter(until=None).values_list("group", "post")) == sorted([(here.pk, "deputy"), (there.pk, "deputy")])
    for again in (Client().get(path), Client().post(path, CHOSEN | {"username": "amy3"})):
        assert again.status_code == 409
    assert list(AuditEntry.objects.filter(verb__startswith="staff.").order_by("id").values_list("verb", "by")) == [
        ("staff.invite", boss.pk),
        ("staff.accept", user.pk),
    ]


def test_taken_back_or_too_old_opens_nothing() -> None:
    """And an invitation of somebody who may not invite any more neither."""
    row, token = invited()
    client = browser_of(founder())
    assert "新人" in client.get("/accounts/people/invitations/?state=open").content.decode()
    assert client.post(f"/accounts/people/invitations/{row.pk}/revoke/").status_code == 302
    assert "新人" not in client.get("/accounts/people/invitations/?state=open").content.decode()
    assert Client().get(f"/accounts/invited/{token}/").status_code == 409
    _old, old = invited(at=timezone.now() - timedelta(days=8))
    assert Client().get(f"/accounts/invited/{old}/").status_code == 409
    boss = founder()
    _row, left = invited(by=boss)
    accounts.update_user(user=boss, by=founder(), at=NOW, role=Role.OPERATOR)
    assert Client().get(f"/accounts/invited/{left}/").status_code == 409
    with pytest.raises(LinkUsed):
        groups.accept_staff_invitation(token=left, username="x", name="x", password="x", at=timezone.now())


def test_only_those_who_manage_people_invite_and_nobody_as_an_owner() -> None:
    """An operator neither invites nor takes back; the owner's post comes by handing over."""
    row, _token = invited()
    with pytest.raises(Forbidden):
        invited(by=operator())
    with pytest.raises(Forbidden):
        groups.revoke_invitation(invitation=row, by=operator(), at=NOW)
    with pytest.raises(Refused):
        invited(seats=[(GroupFactory(), Post.OWNER)])
    form = {"name": "x", "role": "viewer", "post": "admin", "groups": [], "days": "7"}
    assert browser_of(founder()).post("/accounts/people/invite/", form).status_code == 422


@pytest.mark.both_databases
def test_the_database_keeps_the_promises() -> None:
    """One end, one seat a group, a time that lasts."""
    row, _token = invited(seats=[(GroupFactory(), Post.ADMIN)])
    seat = row.seats.get()
    breaks: list[Callable[[], object]] = [
        lambda: StaffInvitation.objects.filter(pk=row.pk).update(accepted_at=NOW),
        lambda: StaffInvitation.objects.filter(pk=row.pk).update(accepted_at=NOW, accepted_by=row.by, revoked_at=NOW),
        lambda: StaffInvitation.objects.filter(pk=row.pk).update(expires_at=row.at),
        lambda: StaffInvitation.objects.filter(pk=row.pk).update(role="emperor"),
        lambda: row.seats.create(group=seat.group, post=Post.VOLUNTEER),
        lambda: row.seats.update(post=Post.OWNER),
    ]
    for broken in breaks:
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


@given(by=st.sampled_from(Role), role=st.sampled_from(Role))
def test_nobody_gives_a_role_that_may_more(by: Role, role: Role) -> None:
    """Whoever could manage people gives only what is within his own rights; today that is a founder, who has them all."""
    may = outranks(RIGHTS[by], RIGHTS[role])
    assert may == (RIGHTS[role] <= RIGHTS[by])
    assert may or by != Role.FOUNDER
    assert Right.MANAGE_PEOPLE not in RIGHTS[by] or by == Role.FOUNDER


@given(role=st.sampled_from(Role), held=st.sampled_from([None, *Post]), post=st.sampled_from([post for post in Post if post != Post.OWNER]))
def test_whoever_gives_posts_has_what_he_gives(role: Role, held: Post | None, post: Post) -> None:
    """Of every role with every post: the right to give posts comes with every right of the posts that it gives."""
    mine = BY_ROLE[role] | (BY_POST[held] if held else frozenset())
    assert GroupRight.MANAGE_POSTS not in mine or BY_POST[post] <= mine


def test_a_deputy_gives_no_owner_and_ends_none() -> None:
    """Upward nothing: neither to himself nor to others, by page and API."""
    group = GroupFactory(owner=None)
    deputy = UserFactory()
    groups.give_post(group=group, user=deputy, post=Post.DEPUTY, by=None, at=NOW)
    client = browser_of(deputy)
    assert client.post(f"/groups/{group.pk}/posts/give/", {"user": deputy.pk, "post": "owner"}).status_code == 403
    body = {"group": group.pk, "user": deputy.pk, "post": "owner"}
    assert client.post("/api/v1/group-posts/", body, content_type="application/json").status_code == 403
    owner = groups.give_post(group=group, user=UserFactory(), post=Post.OWNER, by=None, at=NOW)
    assert client.post(f"/groups/{group.pk}/posts/{owner.pk}/end/").status_code == 409
    assert not access.may(deputy, GroupRight.TRANSFER, group)


def test_the_founders_own_acts_stand_in_the_trail() -> None:
    """Inviting, changing roles, deactivating, taking factors away: as everybody's."""
    boss, user = founder(), UserFactory()
    client = browser_of(boss)
    client.post(f"/accounts/people/{user.pk}/", {"name": "n", "email": "", "role": "operator"})
    client.post(f"/accounts/people/{user.pk}/link/")
    client.post(f"/accounts/people/{user.pk}/deactivate/")
    client.post("/accounts/people/invite/", {"name": "x", "role": "viewer", "days": "1"})
    client.post("/accounts/tokens/", {"name": "x", "scope": "read", "days": "30"})
    client.post(f"/accounts/people/{boss.pk}/", {"name": "我", "email": "", "role": "founder"})
    said = set(AuditEntry.objects.filter(by=boss).values_list("verb", flat=True))
    assert said >= {"user.role", "user.link", "user.active", "staff.invite", "token.create", "user.update"}
