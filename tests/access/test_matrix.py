"""Every address × every role × own and foreign object, against the table; an address that the table lacks fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from groupops.accounts.models import User
from tests.access.matrix import GONE, LOGIN, NO, OK, TABLE, Row
from tests.access.routes import Route, routes
from tests.access.world import World

pytestmark = pytest.mark.django_db
ALLOWED = {"GET": {200, 302}, "POST": {200, 201, 204, 302, 400, 409, 422}}
SEEN = {NO: {403}, GONE: {404}}


def test_the_table_knows_every_address_and_no_other() -> None:
    """A new page must say who may open it."""
    assert sorted({route.name for route in routes()} ^ set(TABLE)) == []


class Inhabited(World):
    """A world in which everybody has logged in once."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions = {role: _session(user) for role, user in self.users.items()}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Inhabited]:
    """One world for all addresses, as making it takes longer than asking one; each test undoes what it did to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Inhabited()
        transaction.set_rollback(True)


def _session(user: User | AnonymousUser) -> str | None:
    """The cookie of one's login."""
    if isinstance(user, AnonymousUser):
        return None
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_who_may(route: Route, world: Inhabited) -> None:
    """As the table says, for all roles; nothing answers 5xx; a refusal changes nothing."""
    row = TABLE.get(route.name)
    assert row, f"{route.name} ({route.text}) is not in tests/access/matrix.py"
    wrong = []
    for role in world.users:
        for own in (True, False) if row.args or row.body else (True,):
            for method in row.methods:
                with transaction.atomic():
                    answer = _ask(route, row, world, role, method=method, own=own)
                    transaction.set_rollback(True)
                expected = row.expected(role, own=own)
                if not _fits(answer, expected, method, row):
                    wrong.append(f"{method} {role} {'own' if own else 'foreign'}: {answer.status_code} instead of {expected}")
    assert not wrong, "\n" + "\n".join(wrong)


def _ask(route: Route, row: Row, world: Inhabited, role: str, *, method: str, own: bool) -> Any:
    client = Client(raise_request_exception=False)
    if session := world.sessions[role]:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    objects = world.objects(role, own=own)
    url = reverse(route.name, kwargs={name: _value(objects, wanted) for name, wanted in row.args.items()})
    body: dict[str, Any] = {name: _value(objects, wanted) for name, wanted in row.body.items()}
    if method == "GET":
        return client.get(url, body)
    send = getattr(client, method.lower())
    return send(url, body, content_type="application/json") if route.is_api else send(url, body)


def _value(objects: dict[str, Any], wanted: Any) -> Any:
    """`group` is the group's number; anything that is no object stands for itself."""
    found = objects.get(wanted, wanted) if isinstance(wanted, str) else wanted
    return getattr(found, "pk", found)


def _fits(answer: Any, expected: str, method: str, row: Row) -> bool:
    if answer.status_code >= 500:
        return answer.status_code in row.answers
    if expected == LOGIN:
        return answer.status_code == 401 or (answer.status_code == 302 and "/accounts/login/" in answer["Location"])
    if expected == OK:
        to_login = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next")
        return not to_login and answer.status_code in (row.answers or ALLOWED.get(method, ALLOWED["POST"]))
    return answer.status_code in SEEN[expected]
