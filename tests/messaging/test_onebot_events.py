"""Events of OneBot's as we understand them, and those that we do not believe."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from groupops.messaging.adapter import (
    ContentRejected,
    EventKind,
    Forged,
    NotSupported,
)
from tests.messaging.onebot_peer import ROOM, SECRET, WANG, OneBotPeer, fresh
from tests.peers.onebot import SELF


@pytest.fixture
def peer(tmp_path: Path, settings: Settings) -> Iterator[OneBotPeer]:
    """A fresh account."""
    with fresh(tmp_path, settings) as made:
        yield made


# --- events ------------------------------------------------------------------------------------------------------------------
def heard(peer: OneBotPeer, **fields: Any) -> list[Any]:
    """An event as it is reported, as our adapter understands it."""
    peer.bot.report(**fields)
    report = peer.bot.reports[-1]
    return list(peer.adapter.parse_push("POST", report.headers, {}, report.body).events)


def message(**fields: Any) -> dict[str, Any]:
    """A message of the member's."""
    given = {"post_type": "message", "message_type": "group", "group_id": ROOM, "user_id": WANG, "message_id": -7, "message": "早"}
    return given | {"sender": {"user_id": WANG, "nickname": "王芳", "card": "王老师"}} | fields


@pytest.mark.parametrize("array", [True, False])
def test_both_formats_of_messages_are_read_alike(peer: OneBotPeer, array: bool) -> None:
    """Words, names, signs; what looks like a code but is text stays text."""
    peer.bot.array = array
    said: list[dict[str, Any]] = [
        {"type": "reply", "data": {"id": "1"}},
        {"type": "at", "data": {"qq": "all"}},
        {"type": "text", "data": {"text": "看, [CQ:face,id=1] & 图"}},
        {"type": "image", "data": {"file": "a.jpg"}},
        {"type": "at", "data": {"qq": "10001000", "name": "小助手"}},
        {"type": "hologram", "data": {}},
    ]
    peer.bot.say(ROOM, WANG, said)
    report = peer.bot.reports[-1]
    (event,) = peer.adapter.parse_push("POST", report.headers, {}, report.body).events
    assert event.text == "@全体成员 看, [CQ:face,id=1] & 图[图片]@小助手 [消息]"


def test_names_and_keys_of_messages(peer: OneBotPeer) -> None:
    """The name in the group; a key that a second message of the same id at another time does not share."""
    (first,) = heard(peer, **message())
    (later,) = heard(peer, **message(time=int(time.time()) - 60))
    assert (first.user_name, first.message, first.own) == ("王老师", "-7", False)
    assert first.key != later.key
    assert [event.own for event in heard(peer, **message(post_type="message_sent"))] == [True]
    assert [event.own for event in heard(peer, **message(user_id=SELF))] == [True]


def test_a_private_message_is_of_no_group(peer: OneBotPeer) -> None:
    """Not even of the one by which a stranger writes."""
    (event,) = heard(peer, **message(message_type="private", sub_type="group"))
    assert (event.kind, event.group) == (EventKind.MESSAGE, "")


QUIET: list[dict[str, Any]] = [
    {"post_type": "meta_event", "meta_event_type": "heartbeat", "status": {"online": True, "good": True}, "interval": 5000},
    {"post_type": "notice", "notice_type": "group_ban", "sub_type": "lift_ban", "group_id": ROOM, "user_id": WANG},
    {"post_type": "notice", "notice_type": "notify", "sub_type": "poke", "group_id": ROOM, "user_id": WANG},
    {"post_type": "notice", "notice_type": "group_card", "group_id": ROOM, "user_id": WANG, "card_new": "x"},
    {"post_type": "notice", "notice_type": "friend_add", "user_id": WANG},
    {"post_type": "request", "request_type": "friend", "user_id": WANG},
    {"post_type": "thought"},
]


@pytest.mark.parametrize("fields", QUIET, ids=str)
def test_what_we_do_not_listen_to_is_taken_and_forgotten(peer: OneBotPeer, fields: dict[str, Any]) -> None:
    """204: nothing that OneBot could read as a quick operation."""
    assert heard(peer, **fields) == []
    report = peer.bot.reports[-1]
    push = peer.adapter.parse_push("POST", report.headers, {}, report.body)
    assert (push.status, push.body) == (204, b"")


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"notice_type": "group_increase", "user_id": SELF, "operator_id": WANG}, {"kind": EventKind.JOINED, "own": True}),
        ({"notice_type": "group_decrease", "sub_type": "leave", "user_id": SELF}, {"kind": EventKind.BOT_REMOVED}),
        ({"notice_type": "group_decrease", "sub_type": "vanish", "user_id": WANG}, {"kind": EventKind.LEFT, "how": "unknown"}),
        ({"notice_type": "group_ban", "sub_type": "ban", "user_id": 0, "operator_id": WANG}, {"kind": EventKind.MUTED, "user": ""}),
        ({"notice_type": "bot_offline", "user_id": SELF}, {"kind": EventKind.ACCOUNT, "text": "offline"}),
        (
            {"post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "disable"},
            {"kind": EventKind.ACCOUNT, "text": "disable", "user": ""},
        ),
        (
            {"post_type": "request", "request_type": "group", "sub_type": "invite", "user_id": WANG},
            {"kind": EventKind.JOIN_REQUESTED, "user": str(SELF), "operator": str(WANG)},
        ),
    ],
    ids=str,
)
def test_what_is_about_ourselves_is_told_apart(peer: OneBotPeer, fields: dict[str, Any], values: dict[str, Any]) -> None:
    """Our joining, our leaving, our account."""
    (event,) = heard(peer, **({"post_type": "notice", "group_id": ROOM} | fields))
    assert {name: getattr(event, name) for name in values} == values


NONSENSE: list[dict[str, Any]] = [
    {"post_type": None},
    {"post_type": ["message"]},
    message(time="yesterday"),
    message(time=True),
    message(time=1e300),
    message(time=-1),
    message(group_id=[1]),
    message(group_id=None),
    message(user_id=1.5),
    message(user_id=True),
    message(user_id="9" * 256),
    message(message_id=None),
    message(message="\0"),
]


@pytest.mark.parametrize("fields", NONSENSE, ids=lambda fields: str(fields)[:60])
def test_nonsense_is_refused(peer: OneBotPeer, fields: dict[str, Any]) -> None:
    """Though it is signed."""
    body = json.dumps({"time": int(time.time()), "self_id": SELF} | fields).encode()
    with pytest.raises(ContentRejected):
        peer.adapter.parse_push("POST", peer.bot.signed(body).headers, {}, body)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b"[" * 100_000, b"\xff", b'{"time": 1e999, "self_id": 10001000}'], ids=lambda b: repr(b[:9])
)
def test_a_body_that_is_no_event_is_refused(peer: OneBotPeer, body: bytes) -> None:
    """Though it is signed."""
    with pytest.raises(ContentRejected):
        peer.adapter.parse_push("POST", peer.bot.signed(body).headers, {}, body)


def test_odd_contents_break_nothing(peer: OneBotPeer) -> None:
    """Every field that people do not need may be anything."""
    for value in (None, 7, [1, [2]], {"a": 1}, "x", [{"type": ["at"], "data": []}, {"type": "at", "data": {"qq": None}}]):
        for name in ("message", "sender", "sub_type", "raw_message", "anonymous"):
            (event,) = heard(peer, **message(**{name: value}))
            assert isinstance(event.text, str)


@pytest.mark.parametrize("seconds", [86_500, 10**9])
def test_what_is_older_than_a_day_is_refused(peer: OneBotPeer, seconds: int) -> None:
    """Whoever kept it sends it again."""
    with pytest.raises(Forged):
        heard(peer, **message(time=int(time.time()) - seconds))


def test_another_account_is_refused(peer: OneBotPeer) -> None:
    """In the body, in the header; and by an adapter that knows no account."""
    (_event,) = heard(peer, **message())
    genuine = peer.bot.reports[-1]
    other = genuine.body.replace(str(SELF).encode(), b"999")
    for adapter, headers, body in (
        (peer.adapter, peer.bot.signed(other).headers, other),
        (peer.adapter, genuine.headers | {"X-Self-ID": "999"}, genuine.body),
        (peer.adapter, {name: value for name, value in genuine.headers.items() if name != "X-Self-ID"}, genuine.body),
        (peer.onebot(self_id=""), genuine.headers, genuine.body),
    ):
        with pytest.raises(Forged):
            adapter.parse_push("POST", headers, {}, body)


def test_a_secret_can_be_changed_without_a_gap(peer: OneBotPeer) -> None:
    """Both count for a while; another never."""
    heard(peer, **message())
    report = peer.bot.reports[-1]
    assert peer.onebot(secret=f"new, {SECRET}").parse_push("POST", report.headers, {}, report.body).events
    with pytest.raises(Forged):
        peer.onebot(secret="new").parse_push("POST", report.headers, {}, report.body)
    with pytest.raises(NotSupported):
        peer.adapter.parse_push("GET", report.headers, {}, report.body)
