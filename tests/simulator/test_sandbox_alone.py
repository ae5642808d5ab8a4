"""No way leads from a sandbox to a real room, nor from a real group into a sandbox; and no list counts one."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from content import services as content
from content.policy import PostKind
from groupops.accounts.models import User
from groupops.dashboard import palette
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from groupops.messaging import delivery, outbox, registry, sockets
from groupops.messaging import queries as channels
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.delivery.gate import OTHER_WORLD
from groupops.messaging.fake_platform import ondisk
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection, Delivery
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState
from groupops.record.models import Alarm
from groupops.shared import clock
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast
from groupops.simulator.sandbox import services as sandboxes
from groupops.simulator.sandbox.policy import Deed, Jump
from groupops.simulator.sandbox.services import Act
from members import queries as members
from tests.factories import accounts
from tests.factories import messaging as factories
from tests.factories.sandbox import MONDAY, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_wire(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[list[str]]:
    """Every socket that an adapter would open fails the test, and there is no fake platform beside."""
    opened_to: list[str] = []

    def pool(base: str, *args: object, **kwargs: object) -> None:
        opened_to.append(base)
        raise AssertionError(base)

    monkeypatch.setattr(sockets, "pool", pool)
    monkeypatch.setattr(clock, "now", lambda: MONDAY)
    settings.FAKE_PLATFORM_URL = ""
    yield opened_to
    assert opened_to == []


@pytest.fixture
def by() -> User:
    """A founder: who may do everything may not do this."""
    return accounts.founder()


@pytest.fixture
def sandbox(by: User) -> Sandbox:
    """A fresh one."""
    return opened(by)


@pytest.fixture
def real() -> tuple[Platform, Binding]:
    """A platform with people on it, and a group bound to a room there."""
    running = factories.platform()
    return running, factories.bound(running)


def said(running: Platform) -> list[str]:
    """Everything that was ever said there."""
    return [row["text"] for row in running.history if row["type"] == "message"]


class TestDoors:
    """Every way that leads out, tried."""

    def test_no_binding_to_a_real_room(self, sandbox: Sandbox, real: tuple[Platform, Binding], by: User) -> None:
        """Not to a free one, not by taking another's; and its own is not taken away."""
        running, binding = real
        running.open_room("free", "空房间", {factories.ACCOUNT: "GroupOps"})
        for room in ("free", binding.remote_id):
            with pytest.raises(messaging.OtherWorld):
                messaging.bind(group=sandbox.group, connection=binding.connection, remote_id=room, by=by, at=MONDAY)
        with pytest.raises(messaging.OtherWorld):
            messaging.unbind(group=sandbox.group, by=by, at=MONDAY)
        assert Binding.objects.get(group=sandbox.group).connection == sandbox.connection

    def test_no_real_group_in_a_sandbox_room(self, sandbox: Sandbox, real: tuple[Platform, Binding], by: User) -> None:
        """What was meant for people would be read by nobody."""
        _running, binding = real
        room = sandbox.group.binding.remote_id
        with pytest.raises(messaging.OtherWorld):
            messaging.bind(group=binding.group, connection=sandbox.connection, remote_id=room, by=by, at=MONDAY)

    def test_not_by_the_pages_and_the_api_either(self, sandbox: Sandbox, real: tuple[Platform, Binding], by: User) -> None:
        """422, and nothing changed."""
        _running, binding = real
        client = Client()
        client.force_login(by)
        to = reverse("messaging:bind-to", args=[sandbox.group_id, binding.connection_id])
        assert client.post(to, {"room": binding.remote_id}).status_code == 422
        body = {"group": sandbox.group_id, "connection": binding.connection_id, "room": binding.remote_id}
        assert client.post(reverse("api-bindings-list"), body, content_type="application/json").status_code in (404, 422)
        assert client.post(reverse("messaging:unbind", args=[sandbox.group_id])).status_code == 422
        assert Binding.objects.get(group=sandbox.group).connection == sandbox.connection

    def test_what_is_said_and_ordered_stays_in_its_room(self, sandbox: Sandbox, real: tuple[Platform, Binding], by: User) -> None:
        """By a member, by a scene's clock, by a post, by an order, by the regular workers."""
        running, _binding = real
        sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "我是假的"), by=by, at=MONDAY)
        content.create_post(group=sandbox.group, title="测试", kind=PostKind.MESSAGE, body="一条消息", due_at=None, by=by, at=MONDAY)
        wish = Wish(operation=Operation.SEND_GROUP, text="人说的话")
        messaging.order(group=sandbox.group, wish=wish, by=by, at=MONDAY)
        content.release(at=MONDAY)
        delivery.run(now=lambda: MONDAY)
        sandboxes.advance(sandbox=sandbox, jump=Jump.WEEK, by=by, at=MONDAY)
        assert said(running) == []
        with ondisk.opened(ondisk.folder_of(sandbox.connection.credentials["folder"]), now=lambda: MONDAY) as own:
            assert {"我是假的", "一条消息", "人说的话"} <= set(said(own))
        assert set(Delivery.objects.values_list("connection", flat=True)) == {sandbox.connection_id}

    @pytest.mark.parametrize("way", ["sandbox into the world", "world into the sandbox"])
    def test_not_even_where_the_binding_was_written_by_hand(self, sandbox: Sandbox, real: tuple[Platform, Binding], way: str) -> None:
        """The last door, just before the call."""
        running, binding = real
        group, to = (sandbox.group, binding.connection) if way.startswith("sandbox") else (binding.group, sandbox.connection)
        Binding.objects.filter(group=group).update(connection=to, remote_id="elsewhere")
        running.open_room("elsewhere", "别处", {factories.ACCOUNT: "GroupOps"})
        row = outbox.act(Wish(text="越界"), purpose="order", subject_id=1, group=group, due_at=MONDAY, expires_at=None, at=MONDAY)
        delivery.run(now=lambda: MONDAY)
        row.refresh_from_db()
        assert (row.state, row.why, said(running)) == (DeliveryState.FAILED, OTHER_WORLD, [])

    def test_nobody_connects_one_by_hand(self, by: User) -> None:
        """It is offered nowhere."""
        assert "sandbox" not in {adapter.kind for adapter in registry.offered()}
        with pytest.raises(messaging.NotAccepted):
            messaging.connect(name="假的", kind="sandbox", typed={"folder": "x"}, by=by, at=MONDAY)

    def test_no_address_can_be_given_to_its_channel(self, sandbox: Sandbox, by: User) -> None:
        """What is typed is not kept; what would be kept is not read."""
        messaging.rotate(connection=sandbox.connection, typed={"url": "https://example.com", "folder": "../x"}, by=by, at=MONDAY)
        kept = Connection.objects.get(pk=sandbox.connection_id).credentials
        assert kept == sandbox.connection.credentials
        adapter = registry.adapter_class("sandbox")(kept | {"url": "https://example.com"})
        assert adapter.check().account == cast.BOT

    @pytest.mark.parametrize("name", ["../x", "a/b", "", "ABC", "a" * 61, "a\n", "甲"])
    def test_a_folder_lies_below_the_state_folder(self, name: str) -> None:
        """Whatever the name."""
        with pytest.raises(ValueError, match="sandbox"):
            ondisk.folder_of(name)

    def test_its_door_takes_nothing_from_outside(self, sandbox: Sandbox, client: Client) -> None:
        """There is no secret to sign with."""
        answer = client.post(reverse("inbound-door", args=[sandbox.connection.door]), b'{"events": []}', content_type="application/json")
        assert answer.status_code in (401, 403, 404)


class TestLists:
    """Where it does not count, and where it is found all the same."""

    def test_lists_sums_and_searches_leave_it_out(self, sandbox: Sandbox, by: User) -> None:
        """Groups, members, advice, channels, the palette; the events of the API."""
        sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "早"), by=by, at=MONDAY)
        assert not access.visible_to(by).exists()
        assert not members.memberships_for(by).exists()
        assert not groups.advice_board(today=MONDAY.date()).facts
        assert not channels.channels().exists()
        assert not [hit for section in palette.hits(by, "试验田") for hit in section.hits]
        assert not [hit for section in palette.hits(by, cast.CAST[0].name) for hit in section.hits]

    @pytest.mark.parametrize("name", ["today", "groups:list", "members:roster", "messaging:deliveries", "messaging:connections", "system"])
    def test_pages_do_not_show_it(self, sandbox: Sandbox, by: User, name: str) -> None:
        """Neither the group nor its channel nor its people."""
        sandboxes.advance(sandbox=sandbox, jump=Jump.SLOT, by=by, at=MONDAY)
        client = Client()
        client.force_login(by)
        page = client.get(reverse(name)).content.decode()
        for word in (sandbox.group.name, sandbox.connection.name, cast.CAST[0].name):
            assert word not in page

    @pytest.mark.parametrize("name", ["groups:detail", "groups:rules", "inbound:messages", "messaging:orders", "content:posts"])
    def test_its_own_pages_are_reached(self, sandbox: Sandbox, by: User, name: str) -> None:
        """With a note that nobody real is in it."""
        client = Client()
        client.force_login(by)
        assert client.get(reverse(name, args=[sandbox.group_id])).status_code == 200

    def test_the_pages_of_what_is_in_it_are_reached(self, sandbox: Sandbox, by: User) -> None:
        """The event, its person, the delivery, the schedule."""
        event = sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "早"), by=by, at=MONDAY)
        sandboxes.advance(sandbox=sandbox, jump=Jump.SLOT, by=by, at=MONDAY)
        client = Client()
        client.force_login(by)
        sent, schedule = Delivery.objects.get(), sandbox.group.schedules.all()[0]
        for name, pk in (
            ("inbound:message", event.pk),
            ("members:profile", event.person_id),
            ("messaging:delivery", sent.pk),
            ("content:schedule", schedule.pk),
        ):
            assert client.get(reverse(name, args=[pk])).status_code == 200, name

    def test_an_event_that_breaks_the_pipeline_wakes_nobody(
        self, sandbox: Sandbox, by: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is parked and shown on the page; no alarm stands."""
        settings.INBOUND_PIPELINE = ["tests.simulator.test_sandbox_alone.breaks"]
        event = sandboxes.act(sandbox=sandbox, act=Act(Deed.SAY, cast.CAST[0], "早"), by=by, at=MONDAY)
        assert (event.state, StoredEvent.objects.filter(state="parked").count()) == ("parked", 1)
        assert not Alarm.objects.filter(closed_at=None).exists()

    def test_the_flag_is_for_good(self, sandbox: Sandbox, by: User) -> None:
        """No form and no service changes it."""
        client = Client()
        client.force_login(by)
        group = sandbox.group
        client.post(reverse("groups:edit", args=[group.pk]), {"name": group.name, "sandbox": "", "version": group.version})
        assert Group.objects.get(pk=group.pk).sandbox


def breaks(batch: object) -> None:
    """A step that fails."""
    raise ValueError("broken")
