"""Random bodies at the door, at every API endpoint and at every form: no 5xx, and nothing stored that should not be.

Every run throws other dice; a long night throws more: GROUPOPS_BAD_INPUTS=100000.
"""

import json
import logging
import os
import random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.models import Group
from tests.access.matrix import TABLE
from tests.access.routes import routes
from tests.access.world import World

pytestmark = pytest.mark.django_db
TOTAL = int(os.environ.get("GROUPOPS_BAD_INPUTS", "3000"))
PARTS = 4  # shared out among the workers
WORDS = [
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "9" * 30,
    "null",
    "true",
    "a" * 5000,
    "中文🎉",
    "\u202e",
    "\0",
    "\ud800",
    "../../x",
    "' OR 1=1 --",
    "{{x}}",
]
WORDS += [
    "2026-02-30",
    "2026-11-22T25:00",
    "0001-01-01",
    "9999-12-31",
    "=1+1",
    "<script>",
    "%s%n",
    "Asia/Nowhere",
    "*",
    "[",
    "on",
    "\r\nX: y",
]
NAMES = [
    "name",
    "group",
    "kind",
    "title",
    "body",
    "at",
    "start",
    "end",
    "weekdays",
    "user",
    "post",
    "role",
    "username",
    "zone",
    "text",
    "to",
    "value",
]
NAMES += [
    "id",
    "pk",
    "scope",
    "day",
    "days",
    "skip",
    "version",
    "seen",
    "q",
    "state",
    "level",
    "size_low",
    "policy",
    "why",
    "catch_up",
    "remote_id",
]


def value(dice: random.Random, depth: int = 3) -> Any:
    """Any JSON value, mostly nonsense."""
    sort = dice.randrange(9 if depth else 6)
    if sort == 6:
        return [value(dice, depth - 1) for _ in range(dice.randrange(4))]
    if sort >= 7:
        return {dice.choice(NAMES + WORDS): value(dice, depth - 1) for _ in range(dice.randrange(6))}
    return [None, dice.random() < 0.5, dice.randrange(-(2**65), 2**65), dice.uniform(-1e9, 1e9), dice.choice(WORDS), dice.choice(WORDS)][
        sort
    ]


def raw(dice: random.Random) -> bytes:
    """A body: mostly JSON objects, sometimes cut, sometimes no text at all."""
    sort = dice.randrange(10)
    if sort == 0:
        return dice.randbytes(dice.randrange(200))
    text = json.dumps(value(dice) if sort < 3 else {dice.choice(NAMES): value(dice, 2) for _ in range(dice.randrange(1, 8))}).encode()
    return text[: dice.randrange(len(text) + 1)] if sort == 1 else text


def form(dice: random.Random) -> dict[str, Any]:
    """What a hostile browser sends; the test client cannot spell surrogates."""
    words = [word for word in WORDS if word != "\ud800"]
    return {dice.choice(NAMES): [dice.choice(words) for _ in range(dice.randrange(1, 3))] for _ in range(dice.randrange(6))}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_body_breaks_anything(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A founder sends them: rights stop nothing. Each request is rolled back; what must not change is counted in between."""
    seed = random.randrange(2**32)
    dice, world = random.Random(seed), World()
    client = Client(raise_request_exception=False)
    client.force_login(world.users["founder"])  # type: ignore[arg-type]
    targets = [
        (route, method) for route in routes() for method in [*TABLE[route.name].methods, "POST"] if not route.name.startswith("health")
    ]
    targets = [pair for pair in dict.fromkeys(targets) if pair[0].name not in ("account_login", "account_logout")]
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # thousands of lines of refusals say nothing
    counted = (User.objects.count(), Group.objects.count())
    broken: list[str] = []
    for number in range(part, TOTAL, PARTS):
        route, method = targets[number % len(targets)]
        objects = world.own
        kwargs = {
            name: getattr(objects.get(wanted, wanted), "pk", objects.get(wanted, wanted)) for name, wanted in TABLE[route.name].args.items()
        }
        url = reverse(route.name, kwargs=kwargs)
        with transaction.atomic():
            if method == "GET":
                body: Any = form(dice)
                answer = client.get(url, body)
            elif route.is_api or route.name == "inbound-door":
                body = raw(dice)
                answer = getattr(client, method.lower())(url, body, content_type=dice.choice(["application/json"] * 9 + ["text/plain"]))
            else:
                body = form(dice)
                answer = client.post(url, body)
            transaction.set_rollback(True)
        if answer.status_code >= 500 and len(broken) < 500:
            broken.append(f"{method} {url} {answer.status_code} {body!r:.300}")
    assert not broken, f"seed {seed}\n" + "\n".join(sorted(set(broken))[:40])
    assert (User.objects.count(), Group.objects.count()) == counted
