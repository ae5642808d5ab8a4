"""OneBot 11 on a fake that aiocqhttp and NoneBot2 have checked: verdicts in the body, states that can be looked at, signed events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from groupops.messaging.adapter import (
    ACTS,
    ContentRejected,
    Health,
    InvalidTarget,
    Level,
    LoginRequired,
    Operation,
)
from groupops.messaging.adapters.onebot11 import OneBot11
from tests.messaging.adapter_contract import AdapterContract, action
from tests.messaging.onebot_peer import ROOM, SECRET, TOKEN, WANG, OneBotPeer, fresh
from tests.peers.onebot import SELF


@pytest.fixture
def peer(tmp_path: Path, settings: Settings) -> Iterator[OneBotPeer]:
    """A fresh account."""
    with fresh(tmp_path, settings) as made:
        yield made


class TestOneBot11(AdapterContract):
    """The contract."""

    of = OneBotPeer


# --- what is typed -----------------------------------------------------------------------------------------------------------
def test_the_account_is_learned_when_it_is_connected(peer: OneBotPeer) -> None:
    """And the address is tidied."""
    kept = OneBot11.enroll({"url": f" {peer.bot.url}/ ", "token": TOKEN, "secret": SECRET})
    assert kept == {"url": peer.bot.url, "token": TOKEN, "secret": SECRET, "self_id": str(SELF)}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "onebot.example:3000"}, "url"),
        ({"url": "ftp://onebot.example"}, "url"),
        ({"url": "https://["}, "url"),
        ({"url": "https://x:0"}, "url"),
        ({"url": "https://onebot.example/?access_token=geheim"}, "url"),
        ({"url": "https://me:geheim@onebot.example"}, "url"),
        ({"url": "https://onebot.example", "token": "口令"}, "token"),
        ({"url": "https://onebot.example", "secret": "a\nb"}, "secret"),
    ],
)
def test_nonsense_is_refused_at_its_field(typed: dict[str, str], field: str) -> None:
    """Without saying it back, and before anything is called."""
    with pytest.raises(ContentRejected) as raised:
        OneBot11.enroll(typed)
    assert raised.value.code == field
    assert "geheim" not in raised.value.message


def test_a_wrong_token_is_said_at_once(peer: OneBotPeer) -> None:
    """Missing (401) and wrong (403)."""
    for token in ("", "another"):
        with pytest.raises(LoginRequired):
            OneBot11.enroll({"url": peer.bot.url, "token": token})


def test_only_public_servers_are_called(peer: OneBotPeer, settings: Settings) -> None:
    """Unless the installation says otherwise."""
    settings.ALLOW_PRIVATE_TARGETS = False
    with pytest.raises(InvalidTarget):
        peer.adapter.send_group(action(peer))
    assert peer.bot.called == []


# --- checking ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "health"),
    [
        ({"online": True, "good": True}, Health.OK),
        ({"online": None, "good": True}, Health.OK),
        ({"online": False, "good": False}, Health.NEEDS_LOGIN),
        ({"online": True, "good": False}, Health.DEGRADED),
    ],
)
def test_the_bots_own_word_counts(peer: OneBotPeer, status: dict[str, Any], health: Health) -> None:
    """get_status; `online` may be null."""
    peer.bot.status = status
    found = peer.adapter.check()
    assert (found.health, found.account) == (health, str(SELF))


def test_another_account_is_noticed(peer: OneBotPeer) -> None:
    """Somebody logged in another one: its groups are not ours."""
    peer.bot.account = 999
    assert peer.adapter.check().health == Health.NEEDS_LOGIN


def test_a_server_that_is_no_onebot_is_down(peer: OneBotPeer) -> None:
    """Whatever it answers: a page, nonsense, another kind of JSON, no list."""
    for status, body in ((200, b"<html>"), (404, b""), (200, b"[]"), (200, b'{"retcode": 0, "status": "ok", "data": [1]}')):
        peer.bot.answers["get_login_info"] = (status, body)
        assert peer.adapter.check().health == Health.DOWN


def test_a_plain_member_may_only_speak(peer: OneBotPeer) -> None:
    """The role in the group decides, before anybody clicks."""
    assert peer.adapter.capabilities(peer.room)[Operation.KICK].level == Level.NATIVE
    peer.bot.groups[ROOM].members[SELF]["role"] = "member"
    there = peer.adapter.capabilities(peer.room)
    assert {operation for operation in ACTS if operation in there and there[operation].level == Level.NONE} == {
        Operation.ANNOUNCE,
        Operation.MUTE,
        Operation.UNMUTE,
        Operation.KICK,
        Operation.BAN,
    }
    assert there[Operation.DELETE_MESSAGE].own_only
    assert all(there[operation].why for operation in there if there[operation].level != Level.NATIVE)


def test_a_size_of_nothing_is_unknown(peer: OneBotPeer) -> None:
    """Some answer 0 until they have looked: that is no empty room."""
    peer.bot.answers["get_group_info"] = (
        200,
        b'{"status": "ok", "retcode": 0, "data": {"group_id": "1", "group_name": "x", "member_count": 0}}',
    )
    assert peer.adapter.get_group("1").size is None


def test_names_in_the_group_come_first(peer: OneBotPeer) -> None:
    """Then their own."""
    peer.bot.groups[ROOM].members[WANG]["card"] = "王老师"
    assert {member.name for member in peer.adapter.list_members(peer.room)} == {"GroupOps", "王老师"}
