"""The matrix adapter on a real homeserver: the contract through a faulty gateway, and what is Matrix' own."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from nio import AsyncClient, RoomCreateResponse, RoomMessagesResponse, RoomMessageText
from pytest_django import Settings

from groupops.messaging.adapter import Action, Adapter, ContentRejected, EventKind, Health, LoginRequired, Unavailable
from groupops.messaging.adapters.matrix import Matrix
from groupops.messaging.adapters.matrix import adapter as matrix_adapter
from tests.messaging.adapter_contract import AdapterContract, Peer, action, everything, retry
from tests.synapse.homeserver import Account, Homeserver
from tests.synapse.proxy import Gateway, gateway, order

pytestmark = pytest.mark.synapse
T = TypeVar("T")


class MatrixPeer(Peer):
    """matrix-nio is the foreign client, as the member who made the room."""

    room_name = "技术交流群"

    def __init__(self, homeserver: Homeserver, gate: Gateway, owner: Account, bot: Account) -> None:
        self.homeserver, self.gate, self.owner, self.bot = homeserver, gate, owner, bot
        self.member, self.secrets = self.owner.user_id, (self.bot.access_token, gate.url)
        self.room = self.as_user(self.owner, self._open)
        self.as_user(self.bot, lambda client: client.join(self.room))
        self.adapter: Adapter = self.matrix()

    def matrix(self, **changes: str) -> Matrix:
        """Our adapter, behind the gateway; a second and a half is long here."""
        config = {"homeserver": self.gate.url, "user": self.bot.user_id, "token": self.bot.access_token} | changes
        return Matrix(config, timeout=1.5)

    def as_user(self, account: Account, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Do something with matrix-nio, straight on the homeserver."""

        async def session() -> T:
            client = AsyncClient(self.homeserver.base_url, account.user_id)
            client.access_token = account.access_token
            try:
                return await work(client)
            finally:
                await client.close()

        return asyncio.run(session())

    async def _open(self, client: AsyncClient) -> str:
        made = await client.room_create(name=self.room_name, invite=[self.bot.user_id])
        assert isinstance(made, RoomCreateResponse), made
        return str(made.room_id)

    def texts(self) -> list[str]:
        """As the homeserver keeps them."""

        async def read(client: AsyncClient) -> list[str]:
            answer = await client.room_messages(self.room, limit=200)
            assert isinstance(answer, RoomMessagesResponse), answer
            return [event.body for event in reversed(answer.chunk) if isinstance(event, RoomMessageText)]

        return self.as_user(self.owner, read)

    def say(self, text: str) -> None:
        """As the owner."""
        self.put(self.owner, "m.room.message", {"msgtype": "m.text", "body": text})

    def put(self, account: Account, kind: str, content: dict[str, Any]) -> str:
        """Any event; its id."""
        return str(self.as_user(account, lambda client: client.room_send(self.room, kind, content)).event_id)  # type: ignore[attr-defined]

    def come_and_go(self) -> None:
        """One leaves, one is removed by the owner."""
        for removed in (False, True):
            guest = _user(self.homeserver, "guest")
            self.as_user(self.owner, lambda client, guest=guest: client.room_invite(self.room, guest.user_id))
            self.as_user(guest, lambda client: client.join(self.room))
            if removed:
                self.as_user(self.owner, lambda client, guest=guest: client.room_kick(self.room, guest.user_id))
            else:
                self.as_user(guest, lambda client: client.room_leave(self.room))

    def fault(self, name: str) -> None:
        """Of the gateway."""
        order(self.gate, name)

    def with_wrong_credential(self) -> Adapter:
        """A token nobody gave out."""
        return self.matrix(token="syt_wrong")

    def elsewhere(self) -> Adapter:
        """A port nobody listens on."""
        return self.matrix(homeserver="http://127.0.0.1:9")


def _user(homeserver: Homeserver, name: str) -> Account:
    return homeserver.create_user(f"{name}-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def accounts(homeserver: Homeserver) -> tuple[Account, Account]:
    """An owner and our own: making accounts is what takes a homeserver long."""
    return _user(homeserver, "owner"), _user(homeserver, "bot")


@pytest.fixture
def peer(homeserver: Homeserver, accounts: tuple[Account, Account], settings: Settings) -> Iterator[MatrixPeer]:
    """A fresh room."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with gateway(homeserver.base_url) as gate:
        yield MatrixPeer(homeserver, gate, *accounts)


class TestMatrix(AdapterContract):
    """The contract."""


def test_a_password_becomes_a_token_of_one_device(peer: MatrixPeer) -> None:
    """Kept: a token. Not kept: the password. Logging in again keeps the device, so transaction ids go on counting."""
    typed = {"homeserver": peer.gate.url + "/", "user": peer.bot.user_id, "password": peer.bot.password, "token": ""}
    kept = Matrix.enroll(typed)
    assert set(kept) == {"homeserver", "user", "token"}
    assert peer.bot.password not in kept.values()
    devices = peer.as_user(peer.owner, lambda client: client.devices())
    assert devices is not None
    sent = action(peer)
    first = Matrix(kept).send_group(sent).remote_ids
    again = Matrix.enroll(kept | {"password": peer.bot.password})
    assert Matrix(again).send_group(sent).remote_ids == first
    assert len(peer.texts()) == 1


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"password": "wrong"}, LoginRequired),
        ({"password": "", "token": "syt_wrong"}, LoginRequired),
        ({"password": "", "token": ""}, ContentRejected),
        ({"homeserver": "ftp://x"}, ContentRejected),
    ],
)
def test_wrong_entries_are_refused_with_a_reason(peer: MatrixPeer, typed: dict[str, str], error: type[Exception]) -> None:
    """For the form."""
    with pytest.raises(error):
        Matrix.enroll({"homeserver": peer.gate.url, "user": peer.bot.user_id, "password": peer.bot.password} | typed)


def test_a_new_device_still_does_not_double(peer: MatrixPeer) -> None:
    """The homeserver has forgotten the transaction; our key in the room has not."""
    sent = action(peer)
    peer.adapter.send_group(sent)
    other = peer.as_user(peer.bot, lambda client: client.login(peer.bot.password, "elsewhere"))
    token = other.access_token  # type: ignore[union-attr]
    peer.matrix(token=token).send_group(retry(sent))
    assert len(peer.texts()) == 1


def test_nobody_else_can_pass_for_us(peer: MatrixPeer) -> None:
    """A member who copies our key does not make a message count as sent."""
    sent = action(peer)
    peer.put(peer.owner, "m.room.message", {"msgtype": "m.text", "body": "假的", "org.groupops.key": sent.key})
    assert peer.adapter.resolve(retry(sent)).found == "not_sent"


def test_a_history_too_long_to_look_through_is_not_called_not_sent(peer: MatrixPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be told now."""
    monkeypatch.setattr(matrix_adapter, "LOOK_BACK_PAGES", 1)
    with pytest.raises(Unavailable):
        peer.adapter.resolve(retry(action(peer)))


def test_redactions_edits_and_names(peer: MatrixPeer) -> None:
    """A recalled message is told; an edit is no second message; a new name of the room is told."""
    cursor = peer.adapter.fetch_events("").cursor
    said = peer.put(peer.owner, "m.room.message", {"msgtype": "m.text", "body": "写错了"})
    edit = {"msgtype": "m.text", "body": "* 写对了", "m.relates_to": {"rel_type": "m.replace", "event_id": said}}
    peer.put(peer.owner, "m.room.message", edit | {"m.new_content": {"msgtype": "m.text", "body": "写对了"}})
    peer.as_user(peer.owner, lambda client: client.room_redact(peer.room, said))
    peer.as_user(peer.owner, lambda client: client.room_put_state(peer.room, "m.room.name", {"name": "新名字"}))
    told = [(event.kind, event.message) for event in everything(peer, cursor)]
    assert (EventKind.MESSAGE_DELETED, said) in told
    assert [kind for kind, _message in told].count(EventKind.MESSAGE) == 1
    assert told[-1][0] == EventKind.RENAMED
    assert peer.adapter.get_group(peer.room).name == "新名字"


def test_invitations_are_listed_and_accepted(peer: MatrixPeer) -> None:
    """Only when a person binds the room; then its facts are there. Looking again shows what is new."""
    assert [found.id for found in peer.adapter.list_groups() if found.name == "第二群"] == []
    made = peer.as_user(peer.owner, lambda client: client.room_create(name="第二群", invite=[peer.bot.user_id]))
    room = made.room_id  # type: ignore[union-attr]
    (invited,) = [found for found in peer.adapter.list_groups() if found.id == room]
    assert (invited.name, invited.invited) == ("第二群", True)
    peer.adapter.enter(room)
    assert peer.adapter.get_group(room).size == 2


def test_an_encrypted_room_is_doubted(peer: MatrixPeer) -> None:
    """Its members' words cannot be read; the person who binds it is told."""
    content = {"algorithm": "m.megolm.v1.aes-sha2"}
    peer.as_user(peer.owner, lambda client: client.room_put_state(peer.room, "m.room.encryption", content))
    assert peer.adapter.get_group(peer.room).doubt


def test_our_own_removal_is_told(peer: MatrixPeer) -> None:
    """And not taken for an echo."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.as_user(peer.owner, lambda client: client.room_kick(peer.room, peer.bot.user_id))
    assert [(event.kind, event.own) for event in everything(peer, cursor)] == [(EventKind.BOT_REMOVED, False)]
    with pytest.raises(Exception, match="not in this room"):
        peer.adapter.send_group(Action(key="gone", group=peer.room, text="还在吗"))


def test_a_restart_of_the_homeserver_loses_nothing(peer: MatrixPeer) -> None:
    """What was said before it and after it; what was sent is still found by its key."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.say("重启前")
    sent = action(peer)
    peer.adapter.send_group(sent)
    peer.homeserver.restart(kill=True)
    peer.say("重启后")
    assert [event.text for event in everything(peer, cursor) if not event.own] == ["重启前", "重启后"]
    peer.adapter.send_group(retry(sent))
    assert peer.texts().count(sent.text) == 1
    assert peer.adapter.check().health == Health.OK
