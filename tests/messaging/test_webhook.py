"""The generic bridge: the contract on the example bridge, which is a program of its own, and on what a stranger's bridge may answer."""

import json
import logging
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from pytest_django import Settings

from groupops.messaging import signing
from groupops.messaging.adapter import (
    ACTS,
    AccountRestricted,
    Action,
    Adapter,
    AdapterError,
    AlreadyDone,
    ContentRejected,
    Found,
    Health,
    InvalidTarget,
    Level,
    LoginRequired,
    NotSupported,
    Operation,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Result,
    Unavailable,
)
from groupops.messaging.adapters.webhook import Webhook
from groupops.messaging.wire import Answer, Wire
from groupops.shared import clock
from tests.messaging.adapter_contract import AdapterContract, Peer, Pushed, action, retry
from tests.peers.bridge import DOOR_SECRET, SECRET, Between, Bridge, bridged

ROOM = "terminal"
PLAIN = {"level": "native"}
TOLD = {
    "dedupe": True,
    "operations": {
        **dict.fromkeys(("delete_message", "unmute", "kick", "list_members"), PLAIN),
        "send_group": {"level": "native", "max_chars": 2000},
        "mute": {"level": "native", "timed": True},
    },
}


def config(url: str, told: dict[str, Any] = TOLD, **changes: str) -> dict[str, str]:
    """What is kept of a bridge."""
    kept = {"url": url, "secret": SECRET, "push_secret": DOOR_SECRET, "capabilities": json.dumps(told, sort_keys=True)}
    return kept | changes


class BridgePeer(Peer):
    """The bridge's terminal and its file are the hands."""

    sample = Webhook(config("https://bridge.test"))
    resolves = dedupes = frozenset({Operation.SEND_GROUP, Operation.DELETE_MESSAGE, Operation.MUTE, Operation.UNMUTE, Operation.KICK})
    room, room_name, member = ROOM, "终端", "wang"
    secrets = (SECRET, DOOR_SECRET, "v1=")

    def __init__(self, bridge: Bridge, between: Between) -> None:
        self.bridge, self.between = bridge, between
        self.adapter: Adapter = self.webhook()

    def webhook(self, **changes: str) -> Webhook:
        """Our adapter, through the bad network."""
        return Webhook(config(self.between.url, **changes), timeout=2.0)

    def texts(self) -> list[str]:
        """Off its file."""
        return [said["text"] for said in self.bridge.chat["messages"].values() if "text" in said]

    def fault(self, name: str, operation: Operation) -> None:
        """Of the network; of events, what it does to the next two."""
        if operation == Operation.EVENTS:
            self.between.disorder = [name, name]
        else:
            self.between.ordered.append((name, operation))

    def with_wrong_credential(self) -> Adapter:
        """Signed with something else."""
        return self.webhook(secret="not-the-secret-of-this")

    def elsewhere(self) -> Adapter:
        """The discard port."""
        return Webhook(config("http://127.0.0.1:9"))

    def say(self, text: str) -> str:
        """At its terminal."""
        return self.bridge.say(self.member, text)

    def newcomer(self) -> str:
        """At its terminal."""
        user = f"guest-{uuid4().hex[:6]}"
        self.bridge.type(f"+{user}", lambda chat: user in chat["members"])
        return user

    def recalled(self, message: str) -> bool:
        """Off its file."""
        return "text" not in self.bridge.chat["messages"][message]

    def muted(self, user: str) -> bool:
        """Off its file: a mute that still lasts."""
        return bool(self.bridge.chat["muted"].get(user, "") > f"{clock.now():%Y-%m-%dT%H:%M:%SZ}")

    def present(self, user: str) -> bool:
        """Off its file."""
        return user in self.bridge.chat["members"]

    def come_and_go(self) -> None:
        """At its terminal."""
        for user, by in (("li", ""), ("zhao", " wang")):
            self.bridge.type(f"+{user}", lambda chat, user=user: user in chat["members"])
            self.bridge.type(f"-{user}{by}", lambda chat, user=user: user not in chat["members"])

    def pushed(self) -> Sequence[Pushed]:
        """What the network carried to our door."""
        self.bridge.told_everything()
        return self.between.pushed

    def without_secret(self) -> Adapter:
        """Nothing it pushes can be told from a stranger's."""
        return self.webhook(push_secret="")


@pytest.fixture
def peer(tmp_path: Path, settings: Settings) -> Iterator[BridgePeer]:
    """A fresh bridge."""
    settings.ALLOW_PRIVATE_TARGETS = True
    with bridged(tmp_path) as (bridge, between):
        yield BridgePeer(bridge, between)


class TestWebhook(AdapterContract):
    """The contract."""

    of: ClassVar[type[Peer]] = BridgePeer


# --- what is typed -----------------------------------------------------------------------------------------------------------
def test_a_bridge_is_asked_what_it_can_when_it_is_attached(peer: BridgePeer) -> None:
    """And what it said is kept, so that nobody need ask again."""
    kept = Webhook.enroll({"url": f" {peer.between.url}/ ", "secret": SECRET, "push_secret": f"{DOOR_SECRET}, another-one-for-the-change"})
    assert (kept["url"], json.loads(kept["capabilities"])) == (peer.between.url, TOLD)
    asked = len(peer.between.carried)
    can = Webhook(kept).capabilities()
    assert can == peer.adapter.capabilities()
    assert (can[Operation.SEND_GROUP].max_chars, can[Operation.MUTE].timed, can[Operation.EVENTS].level) == (2000, True, Level.NATIVE)
    assert len(peer.between.carried) == asked


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "ftp://bridge.test"}, "url"),
        ({"url": "https://["}, "url"),
        ({"url": "https://bridge.test/?key=1"}, "url"),
        ({"url": "https://user:password@bridge.test"}, "url"),
        ({"url": "https://bridge.test/群"}, "url"),
        ({"secret": "short"}, "secret"),
        ({"secret": "密" * 20}, "secret"),
        ({"secret": "with a line\nbreak in it"}, "secret"),
        ({"push_secret": f"{DOOR_SECRET},short"}, "push_secret"),
    ],
)
def test_nonsense_is_refused_at_its_field(changes: dict[str, str], field: str) -> None:
    """Before anything is called."""
    with pytest.raises(ContentRejected) as raised:
        Webhook.enroll({"url": "https://bridge.test", "secret": SECRET, "push_secret": DOOR_SECRET} | changes)
    assert raised.value.code == field


def test_only_public_bridges_are_called(peer: BridgePeer, settings: Settings) -> None:
    """Unless the installation says otherwise."""
    settings.ALLOW_PRIVATE_TARGETS = False
    with pytest.raises(InvalidTarget):
        peer.adapter.send_group(action(peer))
    assert peer.between.carried == []


# --- what is signed ----------------------------------------------------------------------------------------------------------
def test_every_request_is_signed_over_what_it_asks(peer: BridgePeer) -> None:
    """A body; or, where there is none, path and query. No id leads to another path, and no secret leaves."""
    peer.adapter.send_group(action(peer, "早安 ☀️"))
    for group in ("群 / ?&#%2F", "..", ".", "", "terminal"):
        for ask in (peer.adapter.get_group, peer.adapter.list_members, peer.adapter.capabilities):
            try:
                ask(group)
            except InvalidTarget:
                continue
    for path, headers, body in peer.between.carried:
        signed = body or path.encode()
        signing.verify(secrets=[SECRET], headers=headers, body=signed, at=clock.now())
        assert SECRET not in f"{path} {headers} {body.decode()}"
    paths = [path for path, _headers, _body in peer.between.carried]
    assert paths[1] == "/groups/%E7%BE%A4%20%2F%20%3F%26%23%252F"
    assert {path.count("/") for path in paths} == {1, 2, 3}
    assert not {"/groups/..", "/groups/.", "/groups/"} & set(paths)
    assert json.loads(peer.between.carried[0][2]) == {
        "version": 1,
        "request": "act",
        "key": json.loads(peer.between.carried[0][2])["key"],
        "operation": "send_group",
        "group": ROOM,
        "text": "早安 ☀️",
        "user": "",
        "message": "",
        "until": None,
    }


# --- what a bridge answers -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (200, {"error": "not_supported"}, NotSupported),
        (404, {"error": "invalid_target"}, InvalidTarget),
        (409, {"error": "already_done"}, AlreadyDone),
        (403, {"error": "permission_denied"}, PermissionDenied),
        (422, {"error": "content_rejected"}, ContentRejected),
        (200, {"error": "rate_limited", "after": 7}, RateLimited),
        (401, {"error": "login_required"}, LoginRequired),
        (200, {"error": "account_restricted"}, AccountRestricted),
        (200, {"error": "unavailable"}, Unavailable),
        (401, {}, LoginRequired),
        (413, {}, ContentRejected),
        (404, {}, Unavailable),
        (418, {"error": "teapot"}, Unavailable),
        (200, {"error": "teapot"}, OutcomeUnknown),
        (200, {"error": 7, "result": "done", "ids": ["1"]}, OutcomeUnknown),
        (200, {"result": "unknown"}, OutcomeUnknown),
        (200, {"result": "perhaps"}, OutcomeUnknown),
        (200, {"result": ["done"]}, OutcomeUnknown),
        (200, {"result": "done"}, OutcomeUnknown),
        (200, {"result": "done", "ids": []}, OutcomeUnknown),
        (200, {"result": "done", "ids": [7]}, OutcomeUnknown),
        (200, {"result": "done", "ids": "17"}, OutcomeUnknown),
        (200, {"result": "done", "ids": [""]}, OutcomeUnknown),
        (200, {"result": "done", "ids": ["i" * 256]}, OutcomeUnknown),
        (200, {"result": "done", "ids": ["\0"]}, OutcomeUnknown),
        (200, {"result": "done", "ids": ["\ud800"]}, OutcomeUnknown),
        (200, {"result": "done", "ids": ["1"] * 101}, OutcomeUnknown),
        (200, [], OutcomeUnknown),
        (200, None, OutcomeUnknown),
    ],
)
def test_an_answer_proves_what_it_proves(peer: BridgePeer, status: int, words: Any, error: type[AdapterError]) -> None:
    """An error in the bridge's words; nothing but that, with 4xx, was not done; anything else is unknown."""
    peer.between.words = status, json.dumps(words).encode()
    with pytest.raises(error) as raised:
        peer.adapter.send_group(action(peer))
    assert type(raised.value) is error
    assert getattr(raised.value, "after", 7) == 7


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 200_000, b"1" * 5000, b'{"result": NaN}'])
def test_what_is_no_json_is_unknown(peer: BridgePeer, body: bytes) -> None:
    """However deep it is nested."""
    peer.between.words = 200, body
    with pytest.raises(OutcomeUnknown):
        peer.adapter.send_group(action(peer))


@pytest.mark.parametrize(("after", "seconds"), [(7, 7.0), (0.5, 0.5), (1e12, 86400.0), (-1, 0.0), ("7", 0.0), (True, 0.0), (None, 0.0)])
def test_a_bridge_says_how_long_to_wait(peer: BridgePeer, after: Any, seconds: float) -> None:
    """Within reason."""
    peer.between.words = 200, json.dumps({"error": "rate_limited", "after": after}).encode()
    with pytest.raises(RateLimited) as raised:
        peer.adapter.send_group(action(peer))
    assert raised.value.after == seconds


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("群主没有确认", "webhook: 群主没有确认"),
        ("a\x1b[31m\u202eb\n\tc", "webhook: a [31m b c"),
        ("长" * 5000, "webhook: " + "长" * 200),
        (f"signed with {SECRET}", None),
        (f"{'x' * 195}{DOOR_SECRET}", None),
        ({"html": "<b>"}, None),
        ("  ", None),
    ],
)
def test_a_line_of_a_bridge_is_plain_short_and_without_secrets(peer: BridgePeer, line: Any, shown: str | None) -> None:
    """Else our own sentence stands there."""
    peer.between.words = 200, json.dumps({"error": "permission_denied", "line": line}).encode()
    with pytest.raises(PermissionDenied) as raised:
        peer.adapter.send_group(action(peer))
    assert raised.value.message == (shown or "The account has no right to do this in this room.")


@pytest.mark.parametrize("result", [Result.ACCEPTED, Result.NEEDS_OPERATOR])
def test_what_waits_for_a_person_there_says_so(peer: BridgePeer, result: Result) -> None:
    """With the bridge's line and without a receipt."""
    peer.between.words = 200, json.dumps({"result": result, "line": "等群主确认"}).encode()
    outcome = peer.adapter.send_group(action(peer))
    assert (outcome.result, outcome.remote_ids, outcome.line) == (result, (), "webhook: 等群主确认")


def test_the_same_key_at_the_same_time_is_one_act(peer: BridgePeer) -> None:
    """The example keeps the promise it makes."""
    wanted = action(peer)
    with ThreadPoolExecutor(8) as many:
        outcomes = set(many.map(lambda _n: peer.adapter.send_group(wanted), range(8)))
    assert (len(outcomes), peer.texts()) == (1, ["大家好"])


def test_a_question_is_no_order(peer: BridgePeer) -> None:
    """Somebody who has caught one sends it on to the other path."""
    peer.adapter.resolve(action(peer))
    _path, headers, body = peer.between.carried[-1]
    request = urllib.request.Request(f"{peer.bridge.url}/act", body, headers)  # noqa: S310  (our own address)
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        assert json.load(answer) == {"error": "not_supported"}
    assert peer.texts() == []


def test_a_room_that_is_not_there_can_nothing(peer: BridgePeer) -> None:
    """By the bridge's word, before anything is asked of it."""
    with pytest.raises(InvalidTarget):
        peer.adapter.capabilities("elsewhere")
    there = peer.adapter.capabilities(ROOM)
    assert there == peer.adapter.capabilities()


def test_an_empty_proof_of_a_state_is_the_state(peer: BridgePeer) -> None:
    """A mute has no id; that it is so is found by looking."""
    muted = action(peer, "", operation=Operation.MUTE, user=peer.newcomer())
    assert peer.adapter.mute(muted).remote_ids == ()
    assert peer.adapter.resolve(retry(muted)).remote_ids == (f"mute:{muted.user}",)


# --- a bridge that promises less -----------------------------------------------------------------------------------------------
def test_who_does_not_dedupe_is_asked_before_a_retry(peer: BridgePeer) -> None:
    """And is shown as less than good. What is there already is not asked for again."""
    wanted = action(peer)
    less = peer.webhook(capabilities=json.dumps(TOLD | {"dedupe": False}))
    first = less.send_group(wanted)
    before = len(peer.between.carried)
    assert less.send_group(retry(wanted)) == first
    assert [path for path, _headers, _body in peer.between.carried[before:]] == ["/resolve"]
    peer.adapter.send_group(retry(wanted))
    assert [path for path, _headers, _body in peer.between.carried[before:]] == ["/resolve", "/act"]
    assert peer.texts() == ["大家好"]


@pytest.mark.parametrize(
    ("told", "health"),
    [
        (TOLD, Health.OK),
        (TOLD | {"dedupe": False}, Health.DEGRADED),
        (TOLD | {"dedupe": "yes"}, Health.DEGRADED),
        (TOLD | {"health": "needs_login", "line": "QQ is logged out"}, Health.NEEDS_LOGIN),
        (TOLD | {"health": "splendid"}, Health.OK),
        ({"operations": {"send_group": {"level": "magic"}}}, Health.DOWN),
        ({"operations": {"send_group": {"level": "native", "max_chars": 3}}}, Health.DOWN),
        ({"operations": {"send_group": {"level": "native", "max_bytes": True}}}, Health.DOWN),
        ({"operations": {"send_group": "native"}}, Health.DOWN),
        ({"operations": ["send_group"]}, Health.DOWN),
        ({}, Health.DOWN),
        ([], Health.DOWN),
        ({"error": "login_required"}, Health.NEEDS_LOGIN),
    ],
)
def test_checking_says_how_the_bridge_is(
    told: Any, health: Health, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And never raises; what has changed of its abilities is to be kept."""
    settings.ALLOW_PRIVATE_TARGETS = True
    asked = _answering(told, monkeypatch)
    found = Webhook(config("http://127.0.0.1:9")).check()
    assert (found.health, asked) == (health, ["/capabilities"])
    assert found.line
    assert bool(found.keep) == (isinstance(told, dict) and told.get("dedupe") in (False, "yes"))


def _answering(told: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The wire, cut: every call gets this answer."""
    asked: list[str] = []

    def call(self: Wire, method: str, path: str, **_values: Any) -> Answer:
        asked.append(path)
        return Answer(200, told)

    monkeypatch.setattr(Wire, "call", call)
    return asked


@pytest.mark.parametrize(
    "told",
    [
        {"groups": None},
        {"groups": {}},
        {"groups": ["terminal"]},
        {"groups": [{"name": "no id"}]},
        {"groups": [{"id": 7, "name": "a number"}]},
        {"groups": [{"id": "x", "name": ["list"]}]},
        {"groups": [{"id": "x", "name": "\0"}]},
        {"groups": [{"id": "i" * 256, "name": "long"}]},
        {"groups": [{"id": "x"}] * 10_001},
    ],
    ids=lambda told: str(told)[:40],
)
def test_rooms_that_are_none_are_refused(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them: half a list would look like a whole one."""
    _answering(told, monkeypatch)
    with pytest.raises(Unavailable):
        Webhook(config("https://bridge.test")).list_groups()


@pytest.mark.parametrize(("size", "shown"), [(3, 3), (None, None), (-1, None), ("3", None), (True, None), (10**9, None)])
def test_a_room_has_a_size_or_none(size: Any, shown: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """And without a name its id."""
    _answering({"id": "x", "size": size, "name": ""}, monkeypatch)
    room = Webhook(config("https://bridge.test")).get_group("x")
    assert (room.name, room.size) == ("x", shown)
    with pytest.raises(Unavailable):
        Webhook(config("https://bridge.test")).get_group("another")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"result": "sent", "ids": ["1"]}, Found.SENT),
        ({"result": "sent"}, Found.CANNOT_TELL),
        ({"result": "not_sent", "ids": ["1"]}, Found.NOT_SENT),
        ({"result": "cannot_tell"}, Found.CANNOT_TELL),
        ({"error": "not_supported"}, Found.CANNOT_TELL),
    ],
)
def test_looking_believes_only_a_proof(words: Any, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said counts with its id."""
    _answering(words, monkeypatch)
    adapter = Webhook(config("https://bridge.test"))
    assert adapter.resolve(Action(key="k", group=ROOM, text="早")).found == found


@pytest.mark.parametrize("chars", [None, 100])
@pytest.mark.parametrize("size", [None, 400])
def test_parts_fit_both_limits(chars: int | None, size: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters and bytes."""
    limits = {"level": "native"} | ({"max_chars": chars} if chars else {}) | ({"max_bytes": size} if size else {})
    adapter = Webhook(config("https://bridge.test", {"dedupe": True, "operations": {"send_group": limits}}))
    _answering({"result": "done", "ids": ["1"]}, monkeypatch)
    outcome = adapter.send_group(Action(key="k", group=ROOM, text="长" * 150 + "a" * 150))
    assert len(outcome.remote_ids) == (1 if not (chars or size) else 4 if chars else 2)


@pytest.mark.parametrize("operation", ACTS)
def test_every_act_is_one_request_of_its_name(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the answer's proof; what the bridge does not offer is not asked of it."""
    asked = _answering({"result": "done", "ids": ["1"]}, monkeypatch)
    wanted = Action(key="k", group=ROOM, text="早", user="wang", message="m", operation=operation)
    can = Webhook(config("https://bridge.test", {"dedupe": True, "operations": {str(operation): PLAIN}}))
    assert (can.perform(wanted).remote_ids, asked) == (("1",), ["/act"])
    for told in ({}, {str(operation): {"level": "none"}}):
        with pytest.raises(NotSupported):
            Webhook(config("https://bridge.test", {"operations": told})).perform(wanted)
    assert asked == ["/act"]


def test_no_error_and_no_log_tells_a_secret(peer: BridgePeer, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where the bridge says it back, and not with everything logged."""
    caplog.set_level(logging.DEBUG)
    told = []
    for name in ("wrong_credential", "restricted", "lost_rights", "bad_gateway", "redirects", "resets"):
        peer.fault(name, Operation.SEND_GROUP)
        with pytest.raises(AdapterError) as raised:
            peer.adapter.send_group(action(peer))
        told.append(f"{raised.value!r} {raised.value.message} {raised.value.__context__!r}")
    assert not any(secret in f"{told} {caplog.text}" for secret in (SECRET, DOOR_SECRET))
