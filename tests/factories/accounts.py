"""Users of every role."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyFunction, Sequence
from factory.django import DjangoModelFactory
from factory.faker import Faker

from groupops.accounts.models import User
from groupops.accounts.policy import Role

PASSWORD = "a long enough password"


class UserFactory(DjangoModelFactory[User]):
    """A viewer; `UserFactory(role=Role.OPERATOR)`, or one of the short forms below. Logs in with PASSWORD."""

    class Meta:
        model = User

    username = Sequence(lambda n: f"user{n}")
    name = Faker("name", locale="zh_CN")
    role = Role.VIEWER
    second_factor_at = datetime(2026, 1, 1, tzinfo=UTC)  # nothing is asked of them; a login is asked only for keys that are there
    password = LazyFunction(lambda: make_password(PASSWORD))


def founder(**values: Any) -> User:
    """Somebody who may do everything."""
    return UserFactory(role=Role.FOUNDER, **values)


def operator(**values: Any) -> User:
    """Somebody who runs groups: everything but people and handing groups over."""
    return UserFactory(role=Role.OPERATOR, **values)


def admin(**values: Any) -> User:
    """Sees all groups; removes, mutes, announces."""
    return UserFactory(role=Role.ADMIN, **values)


def volunteer(**values: Any) -> User:
    """Sees only the groups in which they hold a post."""
    return UserFactory(role=Role.VOLUNTEER, **values)


def viewer(**values: Any) -> User:
    """Sees all groups, changes nothing."""
    return UserFactory(role=Role.VIEWER, **values)
