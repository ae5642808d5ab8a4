"""Clients of every role, and the moment the tests of groups live in."""

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from groupops.accounts.models import User
from tests.factories.groups import NOW


@pytest.fixture
def log_in() -> Callable[[User], Client]:
    """A client of a user."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def frozen_clock() -> object:
    """The doors' clock stands at NOW."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock
