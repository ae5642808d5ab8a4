"""The memory adapter: the contract on the fake platform in this process, with and without a memory for keys, and what is its own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from django.test import Client

from groupops.inbound import services as inbound
from groupops.inbound.models import StoredEvent
from groupops.messaging import abilities, registry
from groupops.messaging import delivery as engine
from groupops.messaging.adapter import (
    ACTS,
    Action,
    Adapter,
    AlreadyDone,
    EventKind,
    Found,
    Level,
    NotSupported,
    Operation,
    PermissionDenied,
    Resolution,
)
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.adapters.memory.adapter import VERBS
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.faults import Standing
from groupops.messaging.fake_platform.platform import Order, Platform, Refusal, Room
from groupops.messaging.fake_platform.pushing import Courier
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import DeliveryState, Step
from groupops.shared import clock
from tests.factories.messaging import ACCOUNT, ConnectionFactory, DeliveryFactory, bound
from tests.messaging.adapter_contract import AdapterContract, Peer, Pushed, action, everything, retry

BOT, DOOR, SECRET = "bot-secret", "http://door.test/in/x/", "push-secret"
FAULTY = {Operation.SEND_GROUP: "send", Operation.MEMBERS: "members", Operation.EVENTS: "events"} | VERBS


class MemoryPeer(Peer):
    """The platform's own methods are the foreign client."""

    room, room_name, member = "room", "技术交流群", "wang"
    secrets = (BOT, SECRET, "memory://")
    sample = Memory({})
    tells = frozenset(EventKind) - {EventKind.JOIN_REQUESTED, EventKind.ACCOUNT, EventKind.PRESENT}

    def __init__(self) -> None:
        self.at = uuid4().hex
        self.platform = inprocess.start(self.at)
        self.platform.open_room(self.room, self.room_name, {BOT: "GroupOps", "wang": "王芳"})
        self.platform.push_to(BOT, DOOR, SECRET)
        self.requests: list[Pushed] = []
        self.courier = Courier(self.platform, BOT, send=self._take)
        self.adapter: Adapter = self.memory()

    def memory(self, **changes: str) -> Memory:
        """Our adapter."""
        return Memory({"account": BOT, "url": f"memory://{self.at}", "push_secret": SECRET} | changes)

    def _take(self, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        assert url == DOOR
        self.requests.append(Pushed(headers, body))
        return True

    @property
    def here(self) -> Room:
        """The room."""
        return self.platform.rooms[self.room]

    def texts(self) -> list[str]:
        """From its ledger."""
        return [row["text"] for row in self.here.messages if row["id"] not in self.here.recalled]

    def fault(self, name: str, operation: Operation) -> None:
        """Its own faults; what is pushed meets them too."""
        self.platform.faults.append(Standing(name, FAULTY[operation], times=1))
        if operation == Operation.EVENTS:
            self.platform.faults.append(Standing(name, "push", times=2))

    def with_wrong_credential(self) -> Adapter:
        """The platform knows nobody without a name."""
        return self.memory(account="")

    def elsewhere(self) -> Adapter:
        """Nobody of that name runs."""
        return self.memory(url="memory://nobody")

    def say(self, text: str) -> str:
        """As the member."""
        return self.platform.say(self.room, self.member, text)

    def newcomer(self) -> str:
        """Somebody new."""
        user = f"guest-{uuid4().hex[:6]}"
        self.platform.join(self.room, user, "新人")
        return user

    def whispers(self, user: str) -> list[str]:
        """From its ledger."""
        return [row["text"] for row in self.here.log if row["type"] == "whisper" and row["to"] == user]

    def announcement(self) -> str:
        """From its state."""
        return str(self.here.announcement["text"]) if self.here.announcement else ""

    def pinned(self) -> list[str]:
        """From its state."""
        return [row["text"] for row in self.here.messages if row["id"] in self.here.pinned]

    def recalled(self, message: str) -> bool:
        """From its state."""
        return message in self.here.recalled

    def muted(self, user: str) -> bool:
        """They try."""
        try:
            self.platform.say(self.room, user, "可以说话吗")
        except Refusal as refusal:
            return refusal.code == "muted"
        return False

    def present(self, user: str) -> bool:
        """From its state."""
        return user in self.here.members

    def banned(self, user: str) -> bool:
        """They try."""
        try:
            self.platform.join(self.room, user, "又来了")
        except Refusal as refusal:
            return refusal.code == "banned"
        return False

    def come_and_go(self) -> None:
        """By the puppeteer's verbs."""
        for user in ("li", "zhao"):
            self.platform.join(self.room, user, user)
            self.platform.leave(self.room, user, by="" if user == "li" else self.member)

    def happen(self, kind: EventKind) -> None:
        """As the member, who may do everything here."""
        said = self.say("说错了")
        deeds = {
            EventKind.MESSAGE_DELETED: ("recall", Order(self.member, message=said)),
            EventKind.MUTED: ("mute", Order(self.member, user=BOT)),
            EventKind.ANNOUNCED: ("announce", Order(self.member, text="明天停课")),
        }
        if kind in deeds:
            verb, order = deeds[kind]
            self.platform.act(verb, self.room, order)
        elif kind == EventKind.RENAMED:
            self.platform.open_room(self.room, "新名字", {})
        elif kind == EventKind.DISSOLVED:
            self.platform.dissolve(self.room, by=self.member)
        else:
            self.platform.leave(self.room, BOT, by=self.member)

    def pushed(self) -> Sequence[Pushed]:
        """What the courier has carried."""
        self.courier.carry()
        return self.requests

    def without_secret(self) -> Adapter:
        """An empty one signs nothing."""
        return self.memory(push_secret="")


class ForgetfulPeer(MemoryPeer):
    """The same without a memory for keys, and with nothing to look them up in: what is said stays unclear, a state can be seen."""

    name = "memory, forgetful"
    dedupes = frozenset(ACTS) - {Operation.SEND_GROUP, Operation.SEND_DIRECT, Operation.PIN}
    resolves: ClassVar[frozenset[Operation]] = dedupes

    def __init__(self) -> None:
        super().__init__()
        self.platform.set_mode(idempotent=False, readable=False)


@pytest.fixture
def peer() -> Iterator[MemoryPeer]:
    """A fresh platform."""
    made = MemoryPeer()
    yield made
    inprocess.stop(made.at)


class TestMemory(AdapterContract):
    """The contract."""

    of = MemoryPeer


class TestForgetful(AdapterContract):
    """The contract for a platform that knows no keys."""

    of = ForgetfulPeer

    @pytest.fixture
    def peer(self) -> Iterator[MemoryPeer]:
        """A fresh platform."""
        made = ForgetfulPeer()
        yield made
        inprocess.stop(made.at)


def about(peer: MemoryPeer, operation: Operation, user: str, **values: object) -> Action:
    """A new intention about somebody."""
    return action(peer, "", operation=operation, user=user, **values)


def test_our_own_removal_is_told(peer: MemoryPeer) -> None:
    """Nobody else could tell that the group has lost its account."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.platform.leave(peer.room, BOT, by=peer.member)
    (event,) = everything(peer, cursor)
    assert (event.kind, event.own) == (EventKind.BOT_REMOVED, False)


def test_a_mute_ends_at_its_hour(peer: MemoryPeer) -> None:
    """A second before it the member is refused, at it they speak; an ended mute is no mute to lift."""
    user, until = peer.newcomer(), clock.now() + timedelta(hours=1)
    peer.adapter.mute(about(peer, Operation.MUTE, user, until=until))
    peer.platform.now = lambda: until - timedelta(seconds=1)
    assert peer.muted(user)
    peer.platform.now = lambda: until
    assert not peer.muted(user)
    with pytest.raises(AlreadyDone):
        peer.adapter.unmute(about(peer, Operation.UNMUTE, user))


@pytest.mark.parametrize(("hours", "found"), [(1, Found.SENT), (3, Found.NOT_SENT), (None, Found.NOT_SENT)])
def test_a_shorter_mute_is_not_the_one_we_asked_for(peer: MemoryPeer, hours: int | None, found: Found) -> None:
    """Somebody else has muted them for two hours."""
    user, now = peer.newcomer(), clock.now()
    peer.platform.act("mute", peer.room, Order(peer.member, user=user, until=(now + timedelta(hours=2)).isoformat()))
    until = now + timedelta(hours=hours) if hours else None
    assert peer.adapter.resolve(about(peer, Operation.MUTE, user, until=until)).found == found


def test_what_happened_under_our_key_has_happened_even_if_it_was_undone(peer: MemoryPeer) -> None:
    """Somebody who was removed and came back is not removed again by a retry."""
    user = peer.newcomer()
    removed = about(peer, Operation.KICK, user)
    outcome = peer.adapter.kick(removed)
    peer.platform.join(peer.room, user, "新人")
    assert peer.adapter.resolve(retry(removed)) == Resolution(Found.SENT, outcome.remote_ids)
    peer.adapter.kick(retry(removed))
    assert peer.present(user)


def test_a_message_that_is_not_there_was_not_recalled(peer: MemoryPeer) -> None:
    """The retry then fails for good, by the platform's own word."""
    missing = action(peer, "", operation=Operation.DELETE_MESSAGE, message="e999")
    assert peer.adapter.resolve(missing).found == Found.NOT_SENT


def test_somebody_who_is_not_here_is_kept_out_without_an_event(peer: MemoryPeer) -> None:
    """Nobody has left."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.adapter.ban(about(peer, Operation.BAN, "stranger"))
    assert peer.banned("stranger")
    assert everything(peer, cursor) == []


def test_a_muted_account_is_told_so(peer: MemoryPeer) -> None:
    """Like any other member."""
    peer.platform.act("mute", peer.room, Order(peer.member, user=BOT))
    with pytest.raises(PermissionDenied, match="muted"):
        peer.adapter.send_group(action(peer))


@pytest.mark.parametrize("operation", list(VERBS))
def test_a_poorer_room_says_so_before_and_when_asked(peer: MemoryPeer, operation: Operation) -> None:
    """The capability there, its reason, and the refusal that is learned."""
    peer.platform.set_up(peer.room, without=[VERBS[operation]])
    there = peer.adapter.capabilities(peer.room)
    assert (there[operation].level, bool(there[operation].why)) == (Level.NONE, True)
    assert [found for found, capability in there.items() if not capability.possible] == [operation]
    with pytest.raises(NotSupported):
        peer.adapter.perform(action(peer, "好", operation=operation, user=peer.member, message=peer.say("好")))


def test_an_account_without_rights_may_only_speak(peer: MemoryPeer) -> None:
    """Everything else is refused, with the reason."""
    peer.platform.set_up(peer.room, demoted=[BOT])
    possible = {operation for operation, capability in peer.adapter.capabilities(peer.room).items() if capability.possible}
    assert possible == {Operation.SEND_GROUP, Operation.MEMBERS, Operation.EVENTS}
    with pytest.raises(PermissionDenied, match="no right"):
        peer.adapter.kick(about(peer, Operation.KICK, peer.member))
    peer.adapter.send_group(action(peer))


def test_where_mutes_have_no_end_they_stay_until_they_are_lifted(peer: MemoryPeer) -> None:
    """The capability says that we must lift them."""
    peer.platform.set_up(peer.room, without=["timed_mute"])
    there = peer.adapter.capabilities(peer.room)[Operation.MUTE]
    assert (there.level, there.timed) == (Level.EMULATED, False)
    user, until = peer.newcomer(), clock.now() + timedelta(hours=1)
    peer.adapter.mute(about(peer, Operation.MUTE, user, until=until))
    peer.platform.now = lambda: datetime(2040, 1, 1, tzinfo=UTC)
    assert peer.muted(user)


# --- in a poorer room the engine goes down its ladder ------------------------------------------------------------------------
def done_in(binding: Binding, operation: Operation, **values: object) -> Delivery:
    """An order, after the engine ran: what became of it."""
    row = DeliveryFactory(connection=binding.connection, group=binding.group, operation=operation, **values)
    abilities.look(binding, registry.adapter_for(binding.connection), at=clock.now())
    engine.run(now=clock.now)
    row.refresh_from_db()
    return row


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("without", "step", "text"),
    [([], Step.ASKED, "停课"), (["announce"], Step.PIN, "停课"), (["announce", "pin"], Step.HEADED, "【群公告】\n停课")],
)
def test_an_announcement_goes_as_far_down_as_it_must(running: Platform, without: list[str], step: Step, text: str) -> None:
    """And stands in the room as that."""
    binding = bound(running)
    running.set_up(binding.remote_id, without=without)
    row = done_in(binding, Operation.ANNOUNCE, text="停课")
    assert (row.state, row.step) == (DeliveryState.SENT, step)
    last = running.rooms[binding.remote_id].log[-1]
    assert (last["type"], last["text"]) == ("announced" if step == Step.ASKED else "message", text)
    assert bool(last.get("pin")) == (step == Step.PIN)


@pytest.mark.django_db
def test_a_mute_without_end_is_lifted_from_here(running: Platform) -> None:
    """An unmute waits for its hour."""
    binding = bound(running)
    running.join(binding.remote_id, "wang", "王芳")
    running.set_up(binding.remote_id, without=["timed_mute"])
    until = clock.now() + timedelta(hours=1)
    row = done_in(binding, Operation.MUTE, text="", user="wang", user_name="王芳", until=until)
    assert (row.state, row.step) == (DeliveryState.SENT, Step.TIMER)
    waiting = Delivery.objects.get(operation=Operation.UNMUTE)
    assert (waiting.user, waiting.due_at) == ("wang", until)


@pytest.mark.django_db
def test_what_an_account_may_not_do_is_left_to_a_person(running: Platform) -> None:
    """Before anything is tried."""
    binding = bound(running)
    running.join(binding.remote_id, "wang", "王芳")
    running.set_up(binding.remote_id, demoted=[ACCOUNT])
    row = done_in(binding, Operation.KICK, text="", user="wang", user_name="王芳")
    assert (row.state, row.step) == (DeliveryState.WAITING_PERSON, Step.BY_HAND)
    assert "wang" in running.rooms[binding.remote_id].members


@pytest.mark.django_db
def test_an_event_that_is_polled_and_pushed_is_one(client: Client, running: Platform) -> None:
    """Its key is the same either way."""
    credentials = {"account": ACCOUNT, "url": "memory://test", "push_secret": SECRET}
    binding = bound(running, connection=ConnectionFactory(credentials=credentials))
    inbound.fetch(connection=binding.connection, at=clock.now())

    def take(url: str, headers: Mapping[str, str], body: bytes) -> bool:
        return client.generic("POST", url, body, content_type="application/json", headers=dict(headers)).status_code == 200

    running.push_to(ACCOUNT, f"/in/{binding.connection.door}/", SECRET)
    courier = Courier(running, ACCOUNT, send=take)
    running.faults += [Standing("twice", "push", times=1), Standing("shuffled", "push", times=1)]
    for text in ("一", "二", "三"):
        running.say(binding.remote_id, ACCOUNT, text)
    courier.carry()
    assert StoredEvent.objects.count() == 3
    assert inbound.fetch(connection=binding.connection, at=clock.now()) == 0
    assert StoredEvent.objects.count() == 3
