"""What every adapter must do, on its own platform and with every fault of the list. Subclass it, and give a fixture `peer`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import ClassVar

import pytest

from groupops.messaging.adapter import (
    AccountRestricted,
    Action,
    Adapter,
    AdapterError,
    Event,
    EventKind,
    Found,
    Health,
    InvalidTarget,
    Level,
    LoginRequired,
    Operation,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Result,
    Unavailable,
)
from groupops.shared import clock

_keys = count(1)


class Peer(ABC):
    """A platform under test: our adapter on it, and hands that are not ours."""

    adapter: Adapter
    room: str
    room_name: str
    member: str  # the id of somebody who is in the room
    secrets: Sequence[str]  # what no error may tell

    @abstractmethod
    def texts(self) -> list[str]:
        """What stands in the room, oldest first, read by a foreign client."""

    @abstractmethod
    def say(self, text: str) -> None:
        """The member says something."""

    @abstractmethod
    def come_and_go(self) -> None:
        """Somebody joins and leaves by themselves; somebody else joins and is removed by the member."""

    @abstractmethod
    def fault(self, name: str) -> None:
        """Order a fault (groupops.messaging.fake_platform.faults) for the next sending."""

    @abstractmethod
    def with_wrong_credential(self) -> Adapter:
        """An adapter whose credential the platform does not know."""

    @abstractmethod
    def elsewhere(self) -> Adapter:
        """An adapter whose address nobody listens on."""


def action(peer: Peer, text: str = "大家好", **values: object) -> Action:
    """A new intention."""
    return Action(key=f"key{next(_keys)}", group=peer.room, text=text, **values)  # type: ignore[arg-type]


def retry(first: Action) -> Action:
    """The same intention, tried again."""
    return replace(first, since=clock.now() - timedelta(seconds=30))


class AdapterContract:
    """The suite."""

    # Which operations the cases below cover; a declared one without a case is a failure.
    covered: ClassVar = {Operation.SEND_GROUP, Operation.MEMBERS, Operation.EVENTS}

    def test_every_declared_capability_has_a_case(self, peer: Peer) -> None:
        """Nobody declares what nobody tries."""
        declared = {operation for operation, capability in peer.adapter.capabilities().items() if capability.level != Level.NONE}
        assert declared <= self.covered

    def test_check_says_how_it_is_and_never_raises(self, peer: Peer) -> None:
        """Working, needing a login, away."""
        assert peer.adapter.check().health == Health.OK
        assert peer.with_wrong_credential().check().health == Health.NEEDS_LOGIN
        assert peer.elsewhere().check().health == Health.DOWN

    def test_rooms_are_told_with_name_and_size(self, peer: Peer) -> None:
        """In the list and alone; a room that is not there is an invalid target."""
        alone = peer.adapter.get_group(peer.room)
        assert (alone.id, alone.name, alone.size) == (peer.room, peer.room_name, 2)
        assert alone in peer.adapter.list_groups()
        with pytest.raises(InvalidTarget):
            peer.adapter.get_group("!nowhere:groupops.test")

    def test_members_are_told(self, peer: Peer) -> None:
        """By id, with a name."""
        members = {member.id: member.name for member in peer.adapter.list_members(peer.room)}
        assert members[peer.member]
        assert len(members) == 2

    def test_a_message_arrives_as_it_was_written(self, peer: Peer) -> None:
        """With a remote id as its proof."""
        text = "早安 ☀️\n<b>不是标签</b> & “引号” \\ {{name}}"
        outcome = peer.adapter.send_group(action(peer, text))
        assert outcome.result == Result.DONE
        assert all(outcome.remote_ids)
        assert peer.texts() == [text]

    def test_the_same_key_is_one_message(self, peer: Peer) -> None:
        """At once, and when it is tried again later."""
        sent = action(peer)
        first = peer.adapter.send_group(sent)
        assert peer.adapter.send_group(sent).remote_ids == first.remote_ids
        assert peer.adapter.send_group(retry(sent)).remote_ids == first.remote_ids
        assert len(peer.texts()) == 1

    def test_resolving_finds_what_was_sent_and_nothing_else(self, peer: Peer) -> None:
        """By our key, not by the text."""
        sent, never = action(peer), action(peer)
        outcome = peer.adapter.send_group(sent)
        peer.say(never.text)
        resolved = peer.adapter.resolve(retry(sent))
        assert (resolved.found, resolved.remote_ids) == (Found.SENT, outcome.remote_ids)
        assert peer.adapter.resolve(retry(never)).found == Found.NOT_SENT

    @pytest.mark.parametrize("name", ["does_then_never_answers", "does_then_resets", "does_then_bad_gateway"])
    def test_accepted_then_no_answer_is_unknown_and_found(self, peer: Peer, name: str) -> None:
        """Looking finds it; a retry does not double it."""
        sent = action(peer)
        peer.fault(name)
        with pytest.raises(OutcomeUnknown):
            peer.adapter.send_group(sent)
        assert peer.adapter.resolve(retry(sent)).found == Found.SENT
        peer.adapter.send_group(retry(sent))
        assert len(peer.texts()) == 1

    @pytest.mark.parametrize("name", ["never_answers", "resets", "bad_gateway", "gateway_timeout", "crashes"])
    def test_not_done_and_no_answer_is_unknown_and_not_found(self, peer: Peer, name: str) -> None:
        """The retry sends it."""
        sent = action(peer)
        peer.fault(name)
        with pytest.raises(OutcomeUnknown):
            peer.adapter.send_group(sent)
        assert peer.adapter.resolve(retry(sent)).found == Found.NOT_SENT
        peer.adapter.send_group(retry(sent))
        assert len(peer.texts()) == 1

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("unavailable", Unavailable),
            ("redirects", Unavailable),
            ("limited", RateLimited),
            ("limited_without_hint", RateLimited),
            ("wrong_credential", LoginRequired),
            ("restricted", AccountRestricted),
            ("lost_rights", PermissionDenied),
            ("gone", InvalidTarget),
        ],
    )
    def test_refusals_are_what_they_are_and_tell_no_secret(self, peer: Peer, name: str, error: type[AdapterError]) -> None:
        """Certainly not sent; safe to show; rate limits say how long."""
        peer.fault(name)
        with pytest.raises(error) as raised:
            peer.adapter.send_group(action(peer))
        told = f"{raised.value} {raised.value.code} {raised.value.__cause__}"
        assert not any(secret in told for secret in peer.secrets)
        if isinstance(raised.value, RateLimited):
            assert raised.value.after == (3.0 if name == "limited" else 0)
        assert peer.texts() == []

    def test_nobody_there_is_certainly_not_sent(self, peer: Peer) -> None:
        """A refused connection."""
        with pytest.raises(Unavailable):
            peer.elsewhere().send_group(action(peer))

    def test_a_long_text_arrives_whole(self, peer: Peer) -> None:
        """In numbered parts, in order."""
        text = "\n\n".join("第一段很长。" * 300 for _ in range(12))
        outcome = peer.adapter.send_group(action(peer, text))
        texts = peer.texts()
        assert len(texts) == len(outcome.remote_ids) > 1
        joined = "".join(part.partition("\n")[2] for part in texts)
        assert "".join(joined.split()) == "".join(text.split())

    def test_events_start_at_the_present(self, peer: Peer) -> None:
        """An empty cursor tells nothing of the past."""
        peer.adapter.fetch_events("")
        peer.say("昨天的话")
        fetched = peer.adapter.fetch_events("")
        assert not fetched.events
        peer.say("今天的话")
        assert [event.text for event in everything(peer, fetched.cursor)] == ["今天的话"]

    def test_messages_come_in_with_who_and_what(self, peer: Peer) -> None:
        """Ours marked as our own; asked again with the same cursor, the same again."""
        cursor = peer.adapter.fetch_events("").cursor
        peer.say("有人吗？")
        peer.adapter.send_group(action(peer, "在的"))
        told = everything(peer, cursor)
        theirs, ours = [event for event in told if event.kind == EventKind.MESSAGE]
        assert (theirs.text, theirs.user, theirs.group, theirs.own) == ("有人吗？", peer.member, peer.room, False)
        assert theirs.user_name
        assert (ours.text, ours.own) == ("在的", True)
        assert abs(theirs.occurred_at - clock.now()) < timedelta(minutes=1)
        assert [event.key for event in everything(peer, cursor)] == [event.key for event in told]

    def test_coming_and_going_is_told_with_how(self, peer: Peer) -> None:
        """Joins; leaving by oneself; being removed, and by whom."""
        cursor = peer.adapter.fetch_events("").cursor
        peer.come_and_go()
        told = [event for event in everything(peer, cursor) if event.kind in {EventKind.JOINED, EventKind.LEFT}]
        assert [(event.kind, event.how) for event in told] == [
            (EventKind.JOINED, ""),
            (EventKind.LEFT, "left"),
            (EventKind.JOINED, ""),
            (EventKind.LEFT, "kicked"),
        ]
        assert told[3].operator == peer.member
        assert told[0].user == told[1].user != told[2].user == told[3].user

    def test_after_an_absence_nothing_is_missing(self, peer: Peer) -> None:
        """More than one answer holds: all of it, in order, each once."""
        cursor = peer.adapter.fetch_events("").cursor
        said = [f"第{n}句" for n in range(130)]
        for text in said:
            peer.say(text)
        told = everything(peer, cursor)
        assert [event.text for event in told if event.kind == EventKind.MESSAGE] == said
        assert len({event.key for event in told}) == len(told)


def everything(peer: Peer, cursor: str) -> list[Event]:
    """All events after a cursor, until the platform has no more."""
    events: list[Event] = []
    while True:
        fetched = peer.adapter.fetch_events(cursor)
        events += fetched.events
        if not fetched.more:
            return events
        cursor = fetched.cursor
