"""The WeCom robot on a fake that Apprise has checked: verdicts in the body, bytes, a key that nobody may see, no second look."""

import logging
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from pytest_django import Settings

from groupops.messaging.adapter import (
    AccountRestricted,
    Action,
    Adapter,
    AdapterError,
    ContentRejected,
    Health,
    InvalidTarget,
    LoginRequired,
    Operation,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Result,
)
from groupops.messaging.adapters.wecom_webhook import WecomWebhook
from groupops.shared import clock
from tests.messaging.adapter_contract import AdapterContract, Peer
from tests.peers.door import serving
from tests.peers.wecom import A_MINUTE, LONGEST_TEXT, Wecom

KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"
OTHER = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5bbb"
_keys = count(1)


@pytest.fixture
def wecom(tmp_path: Path, settings: Settings) -> Iterator[Wecom]:
    """With one robot."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with serving(Wecom(tmp_path, KEY)) as running:
        yield running


def robot(wecom: Wecom, key: str = KEY, *, timeout: float = 2.0) -> WecomWebhook:
    """Our adapter, for the robot with this key."""
    return WecomWebhook({"key": key, "room": "技术交流群", "base": wecom.url}, timeout=timeout)


def say(adapter: WecomWebhook, text: str = "大家好") -> Action:
    """A new intention."""
    return Action(key=f"key{next(_keys)}", group=adapter.robot, text=text)


class WecomPeer(Peer):
    """The fake's disk is the room: nobody can read a WeCom group by machine."""

    sample = WecomWebhook({})
    resolves = dedupes = frozenset[Operation]()
    never: ClassVar = {"limited": "WeCom does not say how long to wait"}
    waits: ClassVar = {"limited_without_hint": 60.0}
    room_name, room_size, member = "技术交流群", None, ""
    secrets = (KEY, "hint")

    def __init__(self, wecom: Wecom) -> None:
        self.wecom = wecom
        self.adapter: Adapter = robot(wecom, timeout=1.0)
        self.room = robot(wecom).robot

    def texts(self) -> list[str]:
        """Off the disk."""
        return self.wecom.arrived(KEY)

    def fault(self, name: str, operation: Operation) -> None:
        """The fake's own."""
        self.wecom.order(name)

    def with_wrong_credential(self) -> Adapter:
        """A robot that was removed."""
        return robot(self.wecom, OTHER)

    def elsewhere(self) -> Adapter:
        """The discard port."""
        return WecomWebhook({"key": KEY, "room": self.room_name, "base": "http://127.0.0.1:9"})


class TestWecomWebhook(AdapterContract):
    """The contract."""

    of = WecomPeer

    @pytest.fixture
    def peer(self, wecom: Wecom) -> WecomPeer:
        """A fresh robot."""
        return WecomPeer(wecom)


# --- what is typed ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ({"key": KEY}, ""),
        ({"key": f" https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY} "}, ""),
        ({"key": f"qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}&debug=1"}, ""),
        ({"key": f"https://relay.example/wecom/cgi-bin/webhook/send?key={KEY}"}, "https://relay.example/wecom"),
        ({"key": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", "base": "https://relay.example/"}, "https://relay.example"),
        ({"key": KEY, "base": "https://relay.example/cgi-bin/webhook/send"}, "https://relay.example"),
    ],
)
def test_a_pasted_address_is_taken_apart(typed: dict[str, str], base: str) -> None:
    """Key and server; the field for another server wins."""
    assert WecomWebhook.enroll(typed | {"room": " 群 "}) == {"key": KEY, "room": "群", "base": base}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"key": ""}, "key"),
        ({"key": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"}, "key"),
        ({"key": "https://[?key=12345678"}, "key"),
        ({"key": "kurz"}, "key"),
        ({"key": f"{KEY}\nX: y"}, "key"),
        ({"key": KEY, "base": "ftp://relay.example"}, "base"),
        ({"key": KEY, "base": "https://["}, "base"),
    ],
)
def test_nonsense_is_refused_at_its_field(typed: dict[str, str], field: str) -> None:
    """Without saying it back."""
    with pytest.raises(ContentRejected) as raised:
        WecomWebhook.enroll(typed)
    assert raised.value.code == field
    assert KEY not in raised.value.message


def test_another_key_is_another_robot(wecom: Wecom) -> None:
    """Its room has no id of its own: what is bound to the old key does not go where the new one leads."""
    wecom.keys.add(OTHER)
    old, new = robot(wecom), robot(wecom, OTHER)
    assert old.check().account != new.check().account
    with pytest.raises(InvalidTarget):
        new.send_group(say(old))
    assert wecom.received == wecom.received[:2]  # the two checks
    assert [room.name for room in new.list_groups()] == ["技术交流群"]


def test_only_public_servers_are_called(wecom: Wecom, settings: Settings) -> None:
    """Unless the installation says otherwise."""
    settings.ALLOW_PRIVATE_TARGETS = False
    with pytest.raises(InvalidTarget):
        robot(wecom).send_group(say(robot(wecom)))
    assert wecom.received == []


# --- checking --------------------------------------------------------------------------------------------------------------
def test_checking_posts_nothing(wecom: Wecom) -> None:
    """WeCom complains about the empty text only when it knows the key."""
    assert robot(wecom).check().health == Health.OK
    assert robot(wecom, OTHER).check().health == Health.NEEDS_LOGIN
    assert wecom.answered == [44004, 93000]
    assert wecom.arrived(KEY) == []


def test_a_server_that_is_no_wecom_is_no_channel(wecom: Wecom) -> None:
    """Whatever it answers."""
    elsewhere = WecomWebhook({"key": KEY, "room": "群", "base": f"{wecom.url}/elsewhere"})
    assert elsewhere.check().health == Health.DOWN
    with pytest.raises(InvalidTarget):
        elsewhere.send_group(say(elsewhere))


# --- sending ---------------------------------------------------------------------------------------------------------------
def test_the_receipt_is_the_word_of_wecom_and_when(wecom: Wecom) -> None:
    """There is no message id; the text goes as UTF-8, not as \\u escapes, which WeCom counts otherwise."""
    outcome = robot(wecom).send_group(say(robot(wecom), "早安 ☀️"))
    assert outcome.result == Result.DONE
    assert [remote.startswith(f"errcode=0 {clock.now():%Y}") for remote in outcome.remote_ids] == [True]
    assert wecom.arrived(KEY) == ["早安 ☀️"]
    assert "早安".encode() in wecom.received[0][1]


@pytest.mark.parametrize("text", ["长" * 682, "长" * 682 + "a", "长" * 682 + "ab", "长" * 682 + "abc", "😀" * 513])
def test_the_limit_counts_bytes(wecom: Wecom, text: str) -> None:
    """2,048 of them go in one message; one more makes two."""
    adapter = robot(wecom)
    outcome = adapter.send_group(say(adapter, text))
    heard = wecom.arrived(KEY)
    assert len(heard) == len(outcome.remote_ids) == (1 if len(text.encode()) <= LONGEST_TEXT else 2)
    assert "".join(part.rpartition("\n")[2] for part in heard) == text


def test_more_than_a_minute_takes_is_refused_before_the_first_part(wecom: Wecom) -> None:
    """Rather than ending in the middle."""
    adapter = robot(wecom)
    with pytest.raises(ContentRejected):
        adapter.send_group(say(adapter, "长" * 700 * A_MINUTE))
    assert wecom.received == []


@pytest.mark.parametrize(
    ("errcode", "error", "after"),
    [
        (93000, LoginRequired, None),
        (93004, AccountRestricted, None),
        (93008, InvalidTarget, None),
        (60020, PermissionDenied, None),
        (45009, RateLimited, 60.0),
        (45033, RateLimited, 5.0),
        (40008, ContentRejected, None),
        (40058, ContentRejected, None),
        (44004, ContentRejected, None),
        (85002, ContentRejected, None),
        (-1, OutcomeUnknown, None),
        (987654, OutcomeUnknown, None),
    ],
)
def test_the_errcode_is_the_verdict(wecom: Wecom, errcode: int, error: type[AdapterError], after: float | None) -> None:
    """Whatever the status says; a code we do not know proves nothing."""
    wecom.say = errcode
    with pytest.raises(error) as raised:
        robot(wecom).send_group(say(robot(wecom)))
    assert raised.value.code == str(errcode)
    assert getattr(raised.value, "after", None) == after
    assert wecom.arrived(KEY) == []


def test_a_failure_after_the_first_part_is_unknown(wecom: Wecom) -> None:
    """The limit strikes at the third of four: two are in the room, and only a person can tell."""
    adapter = robot(wecom)
    for _ in range(A_MINUTE - 2):
        adapter.send_group(say(adapter))
    with pytest.raises(OutcomeUnknown) as raised:
        adapter.send_group(say(adapter, "长" * 2500))
    assert raised.value.code == "2/4"
    assert [text[:3] for text in wecom.arrived(KEY)[-3:]] == ["大家好", "1/4", "2/4"]


# --- the key ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "wrong_credential",
        "restricted",
        "lost_rights",
        "gone",
        "limited",
        "bad_gateway",
        "redirects",
        "unavailable",
        "resets",
        "never_answers",
    ],
)
def test_no_error_and_no_log_tells_the_key(wecom: Wecom, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where WeCom says it back, and not with everything logged."""
    caplog.set_level(logging.DEBUG)
    adapter = robot(wecom, timeout=0.5)
    wecom.order(name)
    with pytest.raises(AdapterError) as raised:
        adapter.send_group(say(adapter))
    error = raised.value
    told = f"{error!r} {error.message} {error.code} {error.__cause__!r} {error.__context__!r} {caplog.text} {adapter.check()}"
    assert KEY not in told
    assert "hint" not in told
