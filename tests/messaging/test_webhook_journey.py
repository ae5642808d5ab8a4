"""A bridge in the product: attached in the browser, bound, spoken through, heard, killed; and whoever else comes to its door."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging import delivery as engine
from groupops.messaging import services as messaging
from groupops.messaging import signing
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import clock, secretbox
from members.models import DailyActivity, Membership
from tests.factories import accounts
from tests.factories.groups import GroupFactory
from tests.factories.inbound import understand
from tests.factories.messaging import DeliveryFactory
from tests.peers.bridge import DOOR_SECRET, SECRET, Between, Bridge, bridged

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState


@pytest.fixture
def network(tmp_path: Path, settings: Settings) -> Iterator[tuple[Bridge, Between]]:
    """A bridge and the way to it."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with bridged(tmp_path) as both:
        yield both


@pytest.fixture
def bridge(network: tuple[Bridge, Between]) -> Bridge:
    """The bridge."""
    return network[0]


@pytest.fixture
def between(network: tuple[Bridge, Between]) -> Between:
    """The way to it."""
    return network[1]


@pytest.fixture
def founder() -> User:
    """Who does everything here."""
    return accounts.founder()


def attach(between: Between, by: User, **changes: str) -> Connection:
    """A channel."""
    typed = {"url": between.url, "secret": SECRET, "push_secret": DOOR_SECRET} | changes
    return messaging.connect(name="桥", kind="webhook", typed=typed, by=by, at=clock.now())


@pytest.fixture
def binding(between: Between, founder: User) -> Binding:
    """A group that is the bridge's room."""
    return messaging.bind(group=GroupFactory(), connection=attach(between, founder), remote_id="terminal", by=founder, at=clock.now())


def run(later: timedelta = timedelta()) -> None:
    """A worker's run."""
    engine.recover(now=lambda: clock.now() + later)
    engine.run(now=lambda: clock.now() + later)


def knock(binding: Binding, body: bytes, headers: dict[str, str]) -> int:
    """Somebody at the channel's door; the status of the answer."""
    client = Client(raise_request_exception=False)
    address = reverse("inbound-door", args=[binding.connection.door])
    signed = {name: value for name, value in headers.items() if name.lower().startswith("x-groupops")}
    status: int = client.generic("POST", address, body, content_type="application/json", headers=signed).status_code
    return status


def test_from_nothing_to_words_both_ways(bridge: Bridge, between: Between, founder: User) -> None:
    """In the browser: a wrong secret, the right one, the room, a post, a mute, what the room says. No secret on any page or in any row."""
    client = Client()
    client.force_login(founder)
    form = reverse("messaging:connect-to", args=["webhook"])
    typed = {"name": "桥", "url": between.url, "secret": SECRET, "push_secret": DOOR_SECRET}
    pages = [client.get(form), client.post(form, typed | {"secret": "not-the-secret-of-this"})]
    assert ([page.status_code for page in pages], Connection.objects.count()) == ([200, 422], 0)
    assert client.post(form, typed).status_code == 302
    connection = Connection.objects.get()
    group = GroupFactory()
    assert client.post(reverse("messaging:bind-to", args=[group.pk, connection.pk]), {"room": "terminal"}).status_code == 302
    binding = Binding.objects.get(group=group)
    assert (connection.account, binding.remote_name, binding.remote_size) == ("groupops", "终端", 2)

    spoken = DeliveryFactory(group=group, connection=connection, text="早安 ☀️")
    muting = {"operation": "mute", "user": "wang", "user_name": "王芳", "minutes": "60"}
    heard = bridge.say("wang", "早上好")
    assert client.post(reverse("messaging:order", args=[group.pk]), muting).status_code == 302
    run()
    spoken.refresh_from_db()
    (said,) = (message for message, row in bridge.chat["messages"].items() if row["user"] == "groupops")
    assert (spoken.state, spoken.receipt.remote_id, Delivery.objects.get(operation=Operation.MUTE).state) == (S.SENT, said, S.SENT)
    assert bridge.chat["muted"]["wang"] > f"{clock.now() + timedelta(minutes=59):%Y-%m-%dT%H:%M:%SZ}"

    bridge.told_everything()
    assert [knock(binding, request.body, dict(request.headers)) for request in between.pushed] == [200, 200]
    understand(connection, at=clock.now())
    assert list(Membership.objects.filter(group=group).values_list("person__remote_id", flat=True)) == ["wang"]
    assert list(StoredEvent.objects.order_by("pk").values_list("state", flat=True)) == [EventState.DONE, EventState.DROPPED]
    assert heard in between.pushed[0].body.decode()

    pages += [client.get(reverse(f"messaging:{where}", args=[connection.pk])) for where in ("connection", "rotate")]
    pages += [client.get(reverse("messaging:orders", args=[group.pk])), client.get(reverse("messaging:delivery", args=[spoken.pk]))]
    assert connection.door in pages[2].content.decode()
    rows = [str(list(model._default_manager.values())) for model in apps.get_models()]
    shown = [*rows, *(page.content.decode() for page in pages)]
    assert not any(secret in text for secret in (SECRET, DOOR_SECRET) for text in shown)


# --- every message once --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fault", ["does_then_resets", "does_then_bad_gateway", "resets", "crashes", "unavailable"])
def test_what_ends_without_an_answer_is_said_once(bridge: Bridge, between: Between, binding: Binding, fault: str) -> None:
    """Looked up by its key, and tried again only where it is not there."""
    between.ordered.append((fault, Operation.SEND_GROUP))
    sent = DeliveryFactory(group=binding.group, connection=binding.connection)
    for minutes in (0, 1, 2, 5):
        run(timedelta(minutes=minutes))
    sent.refresh_from_db()
    assert (sent.state, [row["text"] for row in bridge.chat["messages"].values()]) == (S.SENT, [sent.text])


def test_a_bridge_that_is_killed_still_knows_its_keys(tmp_path: Path, bridge: Bridge, between: Between, binding: Binding) -> None:
    """What was done before it was killed is not done again; what had not been pushed comes afterwards."""
    between.ordered.append(("does_then_never_answers", Operation.SEND_GROUP))
    sent = DeliveryFactory(group=binding.group, connection=binding.connection)
    run()
    bridge.stop()
    again = Bridge(tmp_path, f"{between.url}/door")
    between.bridge = again.url
    try:
        for minutes in (1, 2, 5):
            run(timedelta(minutes=minutes))
        sent.refresh_from_db()
        assert (sent.state, [row["text"] for row in again.chat["messages"].values()]) == (S.SENT, [sent.text])
        again.told_everything()
        assert {json.loads(request.body)["events"][0]["text"] for request in between.pushed} == {sent.text}
    finally:
        again.stop()


def test_what_the_bridge_can_do_now_is_kept_when_it_is_checked(between: Between, founder: User) -> None:
    """But not over credentials that were changed meanwhile."""
    connection = attach(between, founder)
    stale = Connection.objects.get(pk=connection.pk)
    old = connection.credentials | {"capabilities": "{}"}
    for row in (connection, stale):
        row.sealed = secretbox.seal(old)
    Connection.objects.update(sealed=connection.sealed)
    messaging.check(connection=stale, at=clock.now())  # its own sealing of the same: another row by its bytes
    assert Connection.objects.get().credentials["capabilities"] == "{}"
    messaging.check(connection=connection, at=clock.now())
    assert json.loads(Connection.objects.get().credentials["capabilities"])["dedupe"] is True
    assert connection.credentials == Connection.objects.get().credentials


# --- the door ------------------------------------------------------------------------------------------------------------------
def test_nothing_bad_comes_in_at_the_door(bridge: Bridge, between: Between, binding: Binding) -> None:
    """Unsigned, forged, under another body or time, stale, of our own requests, oversized, malformed: refused, nothing stored."""
    bridge.say("wang", "真的")
    bridge.told_everything()
    (request,) = between.pushed
    body, good = request.body, {name: value for name, value in request.headers.items() if name.lower().startswith("x-groupops")}
    now = clock.now()

    def signed(what: bytes, secret: str = DOOR_SECRET, late: int = 0) -> dict[str, str]:
        return signing.sign(secret=secret, body=what, at=now - timedelta(seconds=late))

    event = json.loads(body)["events"][0]
    wrong = [
        {},
        {"events": 1},
        {"events": [1]},
        {"events": [event | {"kind": "x"}]},
        {"events": [event | {"more": 1}]},
        {"events": [event] * 1001},
    ]
    nonsense = [b"", b"{", b"\xff", b"[" * 200_000, *(json.dumps(content).encode() for content in wrong)]
    refused = {
        "unsigned": knock(binding, body, {}),
        "no time": knock(binding, body, {signing.SIGNATURE: signed(body)[signing.SIGNATURE]}),
        "forged": knock(binding, body, signed(body, "another-secret-of-somebody")),
        "the other secret": knock(binding, body, signed(body, SECRET)),
        "altered": knock(binding, body.replace(b"wang", b"zhao"), good),
        "replayed under a new time": knock(binding, body, signed(b"x") | {signing.SIGNATURE: signed(body, late=400)[signing.SIGNATURE]}),
        "stale": knock(binding, body, signed(body, late=400)),
        "from tomorrow": knock(binding, body, signed(body, late=-400)),
        "a reading of ours": knock(binding, b"", signed(b"/groups", SECRET)),
    }
    assert set(refused.values()) == {401}, refused
    assert {knock(binding, content, signed(content)) for content in nonsense} == {400}
    large = b'{"events":[]}' + b" " * 1024 * 1024
    assert knock(binding, large, signed(large)) == 413
    assert not StoredEvent.objects.exists()
    assert knock(binding, body, good) == 200


def test_a_door_without_a_secret_takes_nothing(between: Between, founder: User) -> None:
    """Not even what is signed with an empty one."""
    connection = attach(between, founder, push_secret="")
    binding = messaging.bind(group=GroupFactory(), connection=connection, remote_id="terminal", by=founder, at=clock.now())
    body = b'{"events":[]}'
    assert knock(binding, body, signing.sign(secret="x", body=body, at=clock.now())) == 401


def test_ten_times_in_disorder_counts_once(bridge: Bridge, between: Between, binding: Binding) -> None:
    """Joins, words, a removal; each request ten times over, shuffled."""
    bridge.type("+li", lambda chat: "li" in chat["members"])
    for n in range(4):
        bridge.say("li", f"第{n}句")
    bridge.type("-li wang", lambda chat: "li" not in chat["members"])
    bridge.say("wang", "再见")
    bridge.told_everything()
    requests = between.pushed * 10
    random.Random(7).shuffle(requests)
    assert {knock(binding, request.body, dict(request.headers)) for request in requests} == {200}
    understand(binding.connection, at=clock.now())
    for request in requests:
        knock(binding, request.body, dict(request.headers))
    understand(binding.connection, at=clock.now())
    assert StoredEvent.objects.count() == 7
    counted = DailyActivity.objects.filter(membership__group=binding.group).values_list("membership__person__remote_id", "messages")
    assert sorted(counted) == [("li", 4), ("wang", 1)]
