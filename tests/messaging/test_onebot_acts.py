"""What OneBot's answers prove, and what its acts can and cannot do."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from groupops.messaging.adapter import (
    AccountRestricted,
    AdapterError,
    AlreadyDone,
    ContentRejected,
    Found,
    InvalidTarget,
    LoginRequired,
    NotSupported,
    Operation,
    OutcomeUnknown,
    PermissionDenied,
    Unavailable,
)
from groupops.shared import clock
from tests.messaging.adapter_contract import action, retry
from tests.messaging.onebot_peer import ROOM, WANG, OneBotPeer, about, fresh


@pytest.fixture
def peer(tmp_path: Path, settings: Settings) -> Iterator[OneBotPeer]:
    """A fresh account."""
    with fresh(tmp_path, settings) as made:
        yield made


# --- verdicts ----------------------------------------------------------------------------------------------------------------
VERDICTS: list[tuple[dict[str, Any], type[AdapterError]]] = [
    ({"retcode": 100, "msg": "SEND_MSG_API_ERROR"}, OutcomeUnknown),
    ({"retcode": 100}, OutcomeUnknown),
    ({"retcode": 100, "msg": "GROUP_NOT_FOUND"}, InvalidTarget),
    ({"retcode": 100, "msg": "EMPTY_MSG_ERROR"}, ContentRejected),
    ({"retcode": 102}, PermissionDenied),
    ({"retcode": 103}, PermissionDenied),
    ({"retcode": 104}, Unavailable),
    ({"retcode": 201}, Unavailable),
    ({"retcode": 200, "message": "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg"}, OutcomeUnknown),
    ({"retcode": 1200, "message": "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg"}, OutcomeUnknown),
    ({"retcode": -1}, OutcomeUnknown),
    ({"retcode": 1, "status": "async", "data": None}, OutcomeUnknown),
    ({"retcode": 1400}, ContentRejected),
    ({"retcode": 1401}, LoginRequired),
    ({"retcode": 1403}, LoginRequired),
    ({"retcode": 1404}, NotSupported),
    ({"retcode": 404, "msg": "API_NOT_FOUND"}, NotSupported),
    ({"retcode": 0, "status": "failed"}, OutcomeUnknown),
    ({"retcode": True}, OutcomeUnknown),
    ({"retcode": "0"}, OutcomeUnknown),
    ({}, OutcomeUnknown),
]


@pytest.mark.parametrize(("said", "error"), VERDICTS, ids=str)
def test_the_retcode_is_the_verdict(peer: OneBotPeer, said: dict[str, Any], error: type[AdapterError]) -> None:
    """What is in no table proves nothing about a message; nothing was asked a second time."""
    peer.bot.answers["send_group_msg"] = (200, json.dumps({"status": "failed"} | said).encode())
    with pytest.raises(error) as raised:
        peer.adapter.send_group(action(peer))
    assert type(raised.value) is error
    assert "NTEvent" not in f"{raised.value!r} {raised.value.code}"


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ContentRejected), (401, LoginRequired), (403, LoginRequired), (404, Unavailable), (406, ContentRejected), (418, OutcomeUnknown)],
)
def test_the_status_is_the_verdict_where_the_standard_says_so(peer: OneBotPeer, status: int, error: type[AdapterError]) -> None:
    """A bare 404 is a wrong address as soon as a lacking action: nothing is learned from it."""
    peer.bot.answers["send_group_msg"] = (status, b"")
    with pytest.raises(error):
        peer.adapter.send_group(action(peer))


def test_a_time_out_that_is_none_is_not_tried_again(peer: OneBotPeer) -> None:
    """The message is in the group; looking cannot tell, and nothing is said twice."""
    peer.bot.order("does_then_never_answers", "send_group_msg")
    wanted = action(peer, "早安")
    with pytest.raises(OutcomeUnknown):
        peer.adapter.send_group(wanted)
    assert peer.adapter.resolve(retry(wanted)).found == Found.CANNOT_TELL
    assert peer.texts() == ["早安"]


def test_what_an_implementation_lacks_is_not_supported(peer: OneBotPeer) -> None:
    """The announcement is an extension."""
    peer.bot.without.add("_send_group_notice")
    with pytest.raises(NotSupported):
        peer.adapter.set_announcement(action(peer, "明天停课", operation=Operation.ANNOUNCE))


def test_a_message_without_an_id_is_proved_by_its_word(peer: OneBotPeer) -> None:
    """OneBot said that it is done."""
    peer.bot.answers["send_group_msg"] = (200, b'{"status": "ok", "retcode": 0, "data": null}')
    assert peer.adapter.send_group(action(peer)).remote_ids[0].startswith("retcode=0 ")


def test_ids_that_are_no_numbers_stay_as_they_are(peer: OneBotPeer) -> None:
    """Bridges to other networks have such."""
    peer.bot.groups["room@chatroom"] = peer.bot.groups[ROOM]  # type: ignore[index]
    peer.adapter.send_group(replace(action(peer), group="room@chatroom"))
    assert peer.bot.called[-1][1]["group_id"] == "room@chatroom"


# --- acts --------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lasts", "seconds"), [(timedelta(seconds=5), 60), (timedelta(hours=1), 3600), (timedelta(days=30), 2_591_940)], ids=str
)
def test_a_mute_lasts_as_long_as_it_should(peer: OneBotPeer, lasts: timedelta, seconds: int) -> None:
    """A minute at least, 30 days less a minute at most."""
    peer.adapter.mute(about(peer, Operation.MUTE, until=clock.now() + lasts))
    assert abs(peer.bot.called[-1][1]["duration"] - seconds) <= 1


@pytest.mark.parametrize("lasts", [None, timedelta(days=31), timedelta(seconds=-1)], ids=str)
def test_a_mute_that_qq_cannot_is_refused(peer: OneBotPeer, lasts: timedelta | None) -> None:
    """Rather than made shorter without a word."""
    until = None if lasts is None else clock.now() + lasts
    with pytest.raises(ContentRejected):
        peer.adapter.mute(about(peer, Operation.MUTE, until=until))
    assert peer.bot.called == []


def test_whether_somebody_is_muted_may_be_untold(peer: OneBotPeer) -> None:
    """Without the extension nobody guesses; a shorter mute is not the one we asked for."""
    wanted = about(peer, Operation.MUTE, until=clock.now() + timedelta(hours=2))
    peer.adapter.mute(replace(wanted, until=clock.now() + timedelta(hours=1)))
    assert peer.adapter.resolve(retry(wanted)).found == Found.NOT_SENT
    del peer.bot.groups[ROOM].members[WANG]["shut_up_timestamp"]
    assert peer.adapter.resolve(retry(wanted)).found == Found.CANNOT_TELL


def test_who_is_not_there_needs_no_removal_and_takes_no_mute(peer: OneBotPeer) -> None:
    """go-cqhttp says GROUP_NOT_FOUND for both: the binding must not be doubted when a person has left."""
    gone = about(peer, Operation.KICK, user="777")
    for operation in (Operation.KICK, Operation.BAN, Operation.UNMUTE):
        with pytest.raises(AlreadyDone):
            peer.adapter.perform(replace(gone, operation=operation))
    with pytest.raises(InvalidTarget):
        peer.adapter.perform(replace(gone, operation=Operation.MUTE, until=clock.now() + timedelta(hours=1)))


def test_absence_is_told_by_the_list_where_words_are_unknown(peer: OneBotPeer) -> None:
    """NapCat answers 1200 for whatever goes wrong."""
    peer.bot.answers["get_group_member_info"] = (200, b'{"status": "failed", "retcode": 1200, "data": null}')
    assert peer.adapter.resolve(about(peer, Operation.KICK, user="777")).found == Found.SENT
    peer.bot.answers["get_group_member_info"] = (200, b'{"status": "failed", "retcode": 1200, "data": null}')
    with pytest.raises(Unavailable):
        peer.adapter.resolve(about(peer, Operation.KICK))


def test_a_group_is_gone_by_the_list_where_words_are_unknown(peer: OneBotPeer) -> None:
    """A group that is there is asked for again later."""
    peer.bot.answers["get_group_info"] = body = (200, b'{"status": "failed", "retcode": 1200, "data": null}')
    with pytest.raises(InvalidTarget):
        peer.adapter.get_group(peer.nowhere or "")
    peer.bot.answers["get_group_info"] = body
    with pytest.raises(Unavailable):
        peer.adapter.get_group(peer.room)


def test_a_message_that_is_not_known_was_not_recalled(peer: OneBotPeer) -> None:
    """Unless we have tried before."""
    peer.bot.answers["delete_msg"] = body = (200, b'{"status": "failed", "retcode": 100, "msg": "MESSAGE_NOT_FOUND"}')
    wanted = about(peer, Operation.DELETE_MESSAGE, message="1")
    with pytest.raises(InvalidTarget):
        peer.adapter.perform(wanted)
    peer.bot.answers["delete_msg"] = body
    with pytest.raises(AlreadyDone):
        peer.adapter.perform(retry(wanted))


# --- secrets -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["wrong_credential", "lost_rights", "gone", "limited", "bad_gateway", "unavailable", "resets"])
def test_no_error_and_no_log_tells_a_secret(peer: OneBotPeer, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where OneBot says it back, and not with everything logged."""
    caplog.set_level(logging.DEBUG)
    peer.bot.order(name, "send_group_msg")
    with pytest.raises(AdapterError) as raised:
        peer.adapter.send_group(action(peer))
    assert not isinstance(raised.value, AccountRestricted)
    told = (
        f"{raised.value!r} {raised.value.message} {raised.value.code} {raised.value.__cause__!r} {raised.value.__context__!r} {caplog.text}"
    )
    assert not any(secret in told for secret in peer.secrets)
