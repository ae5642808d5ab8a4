"""The demo's operators: people with different roles and posts. Nobody but the founder has a password."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.groups import services as groups
from groupops.groups.models import Group
from groupops.groups.policy import Post
from groupops.shared.state import secret

USERNAME = "demo"
PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("lin.yun", "林芸", Role.OPERATOR),
    ("zhou.ming", "周铭", Role.ADMIN),
    ("he.xiaoxi", "何小溪", Role.VOLUNTEER),
    ("tang.yi", "唐毅", Role.VOLUNTEER),
)
POSTS: dict[str, Post] = {"lin.yun": Post.DEPUTY, "zhou.ming": Post.ADMIN, "he.xiaoxi": Post.VOLUNTEER, "tang.yi": Post.VOLUNTEER}


def founder(at: datetime) -> User:
    """The demo's founder; the password is random and lies in the state folder."""
    if token := accounts.first_user_token():
        password = secret(Path(settings.STATE_DIR), "demo.password", size=9)
        return accounts.create_first_user(token=token, username=USERNAME, password=password, name=_("Demo founder"), at=at)
    return User.objects.get(username=USERNAME)


def hired(by: User, at: datetime) -> dict[str, User]:
    """Everybody else, by username; those who are there stay as they are."""
    there = {user.username: user for user in User.objects.filter(username__in=[person[0] for person in PEOPLE])}
    return {
        username: there.get(username) or accounts.invite(username=username, name=name, email="", role=role, by=by, at=at)
        for username, name, role in PEOPLE
    }


def appoint(group: Group, staff: dict[str, User], by: User, at: datetime) -> None:
    """Their posts in a group, unless the group has any but the owner's."""
    if group.posts.exclude(post=Post.OWNER).exists():
        return
    for username, post in POSTS.items():
        groups.give_post(group=group, user=staff[username], post=post, by=by, at=at)
