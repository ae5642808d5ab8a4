"""The memory adapter: the contract on the fake platform in this process, and what is its own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from groupops.messaging.adapter import Adapter, EventKind
from groupops.messaging.adapters.memory import Memory
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.faults import Standing
from tests.messaging.adapter_contract import AdapterContract, Peer, everything


class MemoryPeer(Peer):
    """The platform's own methods are the foreign client."""

    room, room_name, member = "room", "技术交流群", "wang"
    secrets = ("bot-secret", "memory://")

    def __init__(self) -> None:
        self.name = uuid4().hex
        self.platform = inprocess.start(self.name)
        self.platform.open_room(self.room, self.room_name, {"bot-secret": "GroupOps", "wang": "王芳"})
        self.adapter: Adapter = Memory({"account": "bot-secret", "url": f"memory://{self.name}"})

    def texts(self) -> list[str]:
        """From its ledger."""
        return [message["text"] for message in self.platform.rooms[self.room].messages]

    def say(self, text: str) -> None:
        """As the member."""
        self.platform.say(self.room, self.member, text)

    def come_and_go(self) -> None:
        """By the puppeteer's verbs."""
        for user in ("li", "zhao"):
            self.platform.join(self.room, user, user)
            self.platform.leave(self.room, user, by="" if user == "li" else self.member)

    def fault(self, name: str) -> None:
        """Its own faults."""
        self.platform.faults.append(Standing(name, "send", times=1))

    def with_wrong_credential(self) -> Adapter:
        """The platform knows nobody without a name."""
        return Memory({"account": "", "url": f"memory://{self.name}"})

    def elsewhere(self) -> Adapter:
        """Nobody of that name runs."""
        return Memory({"account": "bot-secret", "url": "memory://nobody"})


@pytest.fixture
def peer() -> Iterator[MemoryPeer]:
    """A fresh platform."""
    made = MemoryPeer()
    yield made
    inprocess.stop(made.name)


class TestMemory(AdapterContract):
    """The contract."""


@pytest.mark.parametrize("name", ["twice", "shuffled"])
def test_events_may_be_told_twice_or_in_disorder(peer: MemoryPeer, name: str) -> None:
    """The adapter passes them on as they come: their keys are what the inbox dedupes by."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.say("一")
    peer.say("二")
    peer.platform.faults.append(Standing(name, "events", times=1))
    keys = [event.key for event in everything(peer, cursor)]
    assert keys != sorted(set(keys))
    assert len(set(keys)) == 2


def test_our_own_removal_is_told(peer: MemoryPeer) -> None:
    """Nobody else could tell that the group has lost its account."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.platform.leave(peer.room, "bot-secret", by=peer.member)
    (event,) = everything(peer, cursor)
    assert (event.kind, event.own) == (EventKind.BOT_REMOVED, False)
