"""The matrix adapter on a real homeserver: the contract through a faulty gateway, and what is Matrix' own."""

import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from nio import RoomSendError
from pytest_django import Settings

from groupops.messaging.adapter import (
    ACTS,
    Action,
    Adapter,
    ContentRejected,
    EventKind,
    Level,
    LoginRequired,
    Operation,
    PermissionDenied,
    Unavailable,
)
from groupops.messaging.adapters.matrix import Matrix
from groupops.messaging.adapters.matrix import room as matrix_room
from groupops.messaging.adapters.matrix.client import Client
from tests.messaging.adapter_contract import AdapterContract, Peer, action, everything, retry
from tests.synapse.foreign import Foreign
from tests.synapse.homeserver import Account, Homeserver
from tests.synapse.proxy import Gateway, gateway, order

pytestmark = pytest.mark.synapse


class People:
    """An owner and ours, made once; everybody else comes new."""

    def __init__(self, homeserver: Homeserver) -> None:
        self.homeserver = homeserver
        self.owner, self.bot = self.next("owner"), self.next("bot")

    def next(self, name: str = "guest") -> Account:
        """One more."""
        return self.homeserver.create_user(f"{name}-{uuid.uuid4().hex[:8]}")


class MatrixPeer(Peer):
    """matrix-nio is the foreign client, as the member who made the room."""

    sample = Matrix({})
    never = {
        "twice": "a sync tells every event once",
        "shuffled": "a sync keeps the order",
    }
    tells = frozenset(
        {
            EventKind.MESSAGE,
            EventKind.MESSAGE_DELETED,
            EventKind.JOINED,
            EventKind.LEFT,
            EventKind.RENAMED,
            EventKind.ANNOUNCED,
            EventKind.DISSOLVED,
            EventKind.JOIN_REQUESTED,
            EventKind.BOT_REMOVED,
        }
    )
    room_name = "技术交流群"

    def __init__(self, homeserver: Homeserver, gate: Gateway, people: People, foreign: Foreign, room: str = "") -> None:
        self.homeserver, self.gate, self.people, self.foreign = homeserver, gate, people, foreign
        self.owner, self.bot = people.owner, people.bot
        self.member, self.secrets = self.owner.user_id, (self.bot.access_token, gate.url)
        self.room = room or foreign.open_room(self.owner, self.bot, name=self.room_name)
        self.came: dict[str, Account] = {}
        self.adapter: Adapter = self.matrix()

    def matrix(self, **changes: str) -> Matrix:
        """Our adapter, behind the gateway."""
        config = {"homeserver": self.gate.url, "user": self.bot.user_id, "token": self.bot.access_token} | changes
        return Matrix(config, timeout=5)

    def texts(self) -> list[str]:
        """As the homeserver keeps them."""
        return self.foreign.texts(self.owner, self.room)

    def say(self, text: str) -> str:
        """As the owner."""
        return self.foreign.say(self.owner, self.room, text)

    def newcomer(self) -> str:
        """Somebody joins who never was there."""
        guest = self.people.next()
        self.foreign.must(guest, lambda client: client.join(self.room))
        self.came[guest.user_id] = guest
        return guest.user_id

    def whispers(self, user: str) -> list[str]:
        """In the rooms our account invites them to, and in those of before."""
        guest = self.came[user]
        for room in self.foreign.invitations(guest):
            self.foreign.must(guest, lambda client, room=room: client.join(room))
        rooms = set(self.foreign.must(guest, lambda client: client.joined_rooms()).rooms) - {self.room}
        return [
            text
            for room in rooms
            if self.foreign.members(guest, room) == {user, self.bot.user_id}
            for text in self.foreign.texts(guest, room)
        ]

    def announcement(self) -> str:
        """The topic."""
        return str(self.foreign.state(self.owner, self.room, "m.room.topic").get("topic", ""))

    def pinned(self) -> list[str]:
        """The words of the pinned events."""
        events = self.foreign.state(self.owner, self.room, "m.room.pinned_events").get("pinned", ())
        return [text for event in events if (text := self.foreign.text_of(self.owner, self.room, event)) is not None]

    def recalled(self, message: str) -> bool:
        """Redacted."""
        return self.foreign.text_of(self.owner, self.room, message) is None

    def muted(self, user: str) -> bool:
        """They try."""
        content = {"msgtype": "m.text", "body": "我还能说话吗"}
        answer = self.foreign.do(self.came[user], lambda client: client.room_send(self.room, "m.room.message", content))
        return isinstance(answer, RoomSendError)

    def present(self, user: str) -> bool:
        """Joined."""
        return user in self.foreign.members(self.owner, self.room)

    def banned(self, user: str) -> bool:
        """By the state of the membership."""
        return self.foreign.state(self.owner, self.room, "m.room.member", user).get("membership") == "ban"

    def come_and_go(self) -> None:
        """One leaves, one is removed by the owner."""
        for removed in (False, True):
            user = self.newcomer()
            if removed:
                self.foreign.must(self.owner, lambda client, user=user: client.room_kick(self.room, user))
            else:
                self.foreign.must(self.came[user], lambda client: client.room_leave(self.room))

    def happen(self, kind: EventKind) -> None:
        """By the owner, or by somebody who knocks."""
        match kind:
            case EventKind.MESSAGE_DELETED:
                said = self.say("说错了")
                self.foreign.must(self.owner, lambda client: client.room_redact(self.room, said))
            case EventKind.RENAMED:
                self.foreign.make(self.owner, self.room, "m.room.name", {"name": "新名字"})
            case EventKind.ANNOUNCED:
                self.foreign.make(self.owner, self.room, "m.room.topic", {"topic": "新公告"})
            case EventKind.DISSOLVED:
                self.foreign.make(self.owner, self.room, "m.room.tombstone", {"body": "搬家", "replacement_room": "!new:groupops.test"})
            case EventKind.BOT_REMOVED:
                self.foreign.must(self.owner, lambda client: client.room_kick(self.room, self.bot.user_id))
            case EventKind.JOIN_REQUESTED:
                self.foreign.make(self.owner, self.room, "m.room.join_rules", {"join_rule": "knock"})
                self.foreign.must(self.people.next(), lambda client: client.room_knock(self.room))

    def fault(self, name: str, operation: Operation) -> None:
        """Of the gateway; who waits for an answer that never comes need not wait long."""
        if name.endswith("never_answers"):
            self.adapter.timeout = 1.0
        order(self.gate, name, operation)

    def with_wrong_credential(self) -> Adapter:
        """A token nobody gave out."""
        return self.matrix(token="syt_wrong")

    def elsewhere(self) -> Adapter:
        """A port nobody listens on."""
        return self.matrix(homeserver="http://127.0.0.1:9")


@pytest.fixture(scope="module")
def people(homeserver: Homeserver) -> People:
    """Making accounts takes a homeserver long."""
    return People(homeserver)


@pytest.fixture(scope="module")
def shared(people: People, foreign: Foreign) -> str:
    """A room for all acts that are told apart by their words or by whom they are about; opening one takes a homeserver long."""
    return foreign.open_room(people.owner, people.bot, name=MatrixPeer.room_name)


@pytest.fixture
def peer(
    homeserver: Homeserver, people: People, foreign: Foreign, shared: str, settings: Settings, request: pytest.FixtureRequest
) -> Iterator[MatrixPeer]:
    """A fresh room, or the shared one where that does."""
    settings.ALLOW_PRIVATE_TARGETS = True
    operation = request.node.callspec.params.get("operation") if hasattr(request.node, "callspec") else None
    room = shared if operation in set(ACTS) - {Operation.SEND_GROUP} else ""
    with gateway(homeserver.base_url) as gate:
        yield MatrixPeer(homeserver, gate, people, foreign, room)


class TestMatrix(AdapterContract):
    """The contract."""

    of = MatrixPeer


def test_a_password_becomes_a_token_of_one_device(peer: MatrixPeer) -> None:
    """Kept: a token. Not kept: the password. Logging in again keeps the device, so transaction ids go on counting."""
    typed = {"homeserver": peer.gate.url + "/", "user": peer.bot.user_id, "password": peer.bot.password, "token": ""}
    kept = Matrix.enroll(typed)
    assert set(kept) == {"homeserver", "user", "token"}
    assert peer.bot.password not in kept.values()
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
    typed = {"homeserver": peer.gate.url, "user": peer.bot.user_id, "password": peer.bot.password}
    peer.matrix(token=Matrix.enroll(typed)["token"]).send_group(retry(sent))
    assert len(peer.texts()) == 1


def test_nobody_else_can_pass_for_us(peer: MatrixPeer) -> None:
    """A member who copies our key does not make a message count as sent."""
    sent = action(peer)
    peer.foreign.put(peer.owner, peer.room, "m.room.message", {"msgtype": "m.text", "body": "假的", "org.groupops.key": sent.key})
    assert peer.adapter.resolve(retry(sent)).found == "not_sent"


def test_a_history_too_long_to_look_through_is_not_called_not_sent(peer: MatrixPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be told now."""
    monkeypatch.setattr(matrix_room, "LOOK_BACK_PAGES", 1)
    with pytest.raises(Unavailable):
        peer.adapter.resolve(retry(action(peer)))


def test_an_edit_is_no_second_message(peer: MatrixPeer) -> None:
    """Its words count once, as they were said first."""
    cursor = peer.adapter.fetch_events("").cursor
    said = peer.say("写错了")
    edit = {"msgtype": "m.text", "body": "* 写对了", "m.relates_to": {"rel_type": "m.replace", "event_id": said}}
    peer.foreign.put(peer.owner, peer.room, "m.room.message", edit | {"m.new_content": {"msgtype": "m.text", "body": "写对了"}})
    assert [event.message for event in everything(peer, cursor)] == [said]


def test_invitations_are_listed_and_accepted(peer: MatrixPeer) -> None:
    """Only when a person binds the room; then its facts are there. Looking again shows what is new."""
    assert [found.id for found in peer.adapter.list_groups() if found.name == "第二群"] == []
    room = peer.foreign.must(peer.owner, lambda client: client.room_create(name="第二群", invite=[peer.bot.user_id])).room_id
    (invited,) = [found for found in peer.adapter.list_groups() if found.id == room]
    assert (invited.name, invited.invited) == ("第二群", True)
    peer.adapter.enter(room)
    assert peer.adapter.get_group(room).size == 2


def test_an_encrypted_room_is_doubted(peer: MatrixPeer) -> None:
    """Its members' words cannot be read; the person who binds it is told."""
    peer.foreign.make(peer.owner, peer.room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    assert peer.adapter.get_group(peer.room).doubt


def test_our_own_removal_is_told(peer: MatrixPeer) -> None:
    """And not taken for an echo."""
    cursor = peer.adapter.fetch_events("").cursor
    peer.happen(EventKind.BOT_REMOVED)
    assert [(event.kind, event.own) for event in everything(peer, cursor)] == [(EventKind.BOT_REMOVED, False)]
    with pytest.raises(Exception, match="not in this room"):
        peer.adapter.send_group(Action(key="gone", group=peer.room, text="还在吗"))


def test_the_right_that_is_missing_is_named(peer: MatrixPeer) -> None:
    """With the level that the account has and the one that it would need; the same sentence stands on the group's page."""
    user, said = peer.newcomer(), peer.say("别人的话")
    levels = peer.foreign.state(peer.owner, peer.room, "m.room.power_levels")
    peer.foreign.make(peer.owner, peer.room, "m.room.power_levels", levels | {"users": levels["users"] | {peer.bot.user_id: 20}})
    can = peer.adapter.capabilities(peer.room)
    for operation in (Operation.KICK, Operation.BAN, Operation.MUTE, Operation.ANNOUNCE, Operation.PIN):
        assert can[operation].level == Level.NONE
        with pytest.raises(PermissionDenied) as raised:
            peer.adapter.perform(action(peer, operation=operation, user=user))
        assert raised.value.message == can[operation].why
        assert raised.value.code.startswith("M_FORBIDDEN 20<")
    assert can[Operation.DELETE_MESSAGE].own_only
    with pytest.raises(PermissionDenied, match="redact"):
        peer.adapter.perform(action(peer, operation=Operation.DELETE_MESSAGE, message=said))
    assert peer.texts() == ["别人的话"]


@pytest.mark.parametrize("version", ["10", "12"])
def test_whoever_stands_above_us_cannot_be_muted(peer: MatrixPeer, version: str) -> None:
    """From room version 12 on the maker stands above every level and may not be listed: nothing of that is tried."""
    peer.room = peer.foreign.open_room(peer.owner, peer.bot, version=version)
    guest = peer.newcomer()
    with pytest.raises(PermissionDenied, match="not above"):
        peer.adapter.perform(action(peer, operation=Operation.MUTE, user=peer.member))
    peer.adapter.perform(action(peer, operation=Operation.MUTE, user=guest))
    assert peer.muted(guest)


def test_the_level_of_before_comes_back(peer: MatrixPeer) -> None:
    """A moderator who was muted is one again; whoever had no level of their own has none."""
    plain, moderator = peer.newcomer(), peer.newcomer()
    before = peer.foreign.state(peer.owner, peer.room, "m.room.power_levels")
    before["users"][moderator] = 50
    peer.foreign.make(peer.owner, peer.room, "m.room.power_levels", before)
    for operation in (Operation.MUTE, Operation.UNMUTE):
        for user in (plain, moderator):
            peer.adapter.perform(action(peer, operation=operation, user=user))
            assert peer.muted(user) == (operation == Operation.MUTE)
    after = peer.foreign.state(peer.owner, peer.room, "m.room.power_levels")
    assert after["users"] == before["users"]


def test_a_change_by_others_in_the_same_moment_is_not_undone(peer: MatrixPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The later write wins on Matrix: ours sees that it replaced something it had not read, and is made again on that."""
    one, other = peer.newcomer(), peer.newcomer()
    read = Client.state

    def slow(client: Client, room: str, kind: str, key: str = "") -> dict[str, Any] | None:
        found = read(client, room, kind, key)
        if kind == "m.room.power_levels" and sys._getframe(2).f_code.co_name == "edit":
            monkeypatch.undo()
            levels = peer.foreign.state(peer.owner, peer.room, kind)
            peer.foreign.make(peer.owner, peer.room, kind, levels | {"users": levels["users"] | {other: 30}})
        return found

    monkeypatch.setattr(Client, "state", slow)
    peer.adapter.perform(action(peer, operation=Operation.MUTE, user=one))
    levels = peer.foreign.state(peer.owner, peer.room, "m.room.power_levels")["users"]
    assert (levels[one], levels[other]) == (-1, 30)


def test_a_new_announcement_takes_the_place_of_the_last(peer: MatrixPeer) -> None:
    """Among the pinned messages; what others pinned stays."""
    others = peer.say("群规")
    peer.foreign.make(peer.owner, peer.room, "m.room.pinned_events", {"pinned": [others]})
    for text in ("第一条公告", "第二条公告"):
        peer.adapter.perform(action(peer, text, operation=Operation.ANNOUNCE))
    assert peer.pinned() == ["群规", "第二条公告"]
    assert peer.announcement() == "第二条公告"


def test_a_private_room_is_made_once_and_found_by_others(peer: MatrixPeer) -> None:
    """The account's other clients show it as private; whoever left it is invited again."""
    user = peer.newcomer()
    guest = peer.came[user]
    first = action(peer, "私下说", operation=Operation.SEND_DIRECT, user=user)
    peer.adapter.perform(first)
    assert peer.whispers(user) == ["私下说"]
    (room,) = set(peer.foreign.must(guest, lambda client: client.joined_rooms()).rooms) - {peer.room}
    listed = Matrix(peer.adapter.config).client.call("GET", f"/user/{peer.bot.user_id}/account_data/m.direct")
    assert listed[user] == [room]
    peer.foreign.must(guest, lambda client: client.room_leave(room))
    peer.adapter.perform(action(peer, "再说一次", operation=Operation.SEND_DIRECT, user=user))
    assert peer.whispers(user) == ["私下说", "再说一次"]
