"""Cases of hearing: what happens in a room reaches us with who and what, once by its key, and only from the platform itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from groupops.messaging.adapter import AdapterError, Event, EventKind, Forged, LoginRequired, Operation, RateLimited, Unavailable
from groupops.shared import clock
from tests.messaging.contract.acting import tells_no_secret
from tests.messaging.contract.errands import action
from tests.messaging.contract.peer import Peer, Pushed
from tests.messaging.contract.rows import READING, Way, heard, over, ways

Cell = Callable[[str], None]
ERRORS: dict[str, type[AdapterError]] = {"limited": RateLimited, "wrong_credential": LoginRequired}
PLAIN = {EventKind.MESSAGE, EventKind.JOINED, EventKind.LEFT}


class Ear:
    """Hears what happens from now on, the way it comes."""

    def __init__(self, peer: Peer, way: Way) -> None:
        self.peer, self.way = peer, way
        self.mark = peer.adapter.fetch_events("").cursor if way == Way.POLLED else str(len(peer.pushed()))

    def hears(self) -> list[Event]:
        """Everything since; asked again, the same again."""
        if self.way == Way.POLLED:
            return everything(self.peer, self.mark)
        return [event for request in self.peer.pushed()[int(self.mark) :] for event in understood(self.peer, request)]


def everything(peer: Peer, cursor: str) -> list[Event]:
    """All events after a cursor, until the platform has no more."""
    events: list[Event] = []
    while True:
        fetched = peer.adapter.fetch_events(cursor)
        events += fetched.events
        if not fetched.more:
            return events
        cursor = fetched.cursor


def understood(peer: Peer, request: Pushed) -> list[Event]:
    """A pushed request as events; the platform gets an answer it takes for success."""
    push = peer.adapter.parse_push(request.method, request.headers, request.query, request.body)
    assert push.status < 300
    return list(push.events)


class Hearing:
    """What adapters that declare EVENTS must do, for every way they come."""

    @over(heard("nothing"))
    def test_messages_come_in_with_who_and_what(self, peer: Peer, way: Way, cell: Cell) -> None:
        """Ours, where they come back, marked as our own; asked again, the same again."""
        ear = Ear(peer, way)
        said = peer.say("有人吗？")
        peer.adapter.send_group(action(peer, "在的"))
        told = ear.hears()
        messages = [event for event in told if event.kind == EventKind.MESSAGE]
        theirs = messages[0]
        assert (theirs.text, theirs.user, theirs.group, theirs.own) == ("有人吗？", peer.member, peer.room, False)
        assert theirs.user_name
        assert theirs.message == said
        assert [(event.text, event.own) for event in messages[1:]] == ([("在的", True)] if peer.echoes else [])
        assert abs(theirs.occurred_at - clock.now()) < timedelta(minutes=1)
        assert [event.key for event in ear.hears()] == [event.key for event in told]
        cell("who, what, when")

    @over(lambda peer: heard("coming and going")(peer) if EventKind.JOINED in peer.tells else [])
    def test_coming_and_going_is_told_with_how(self, peer: Peer, way: Way, cell: Cell) -> None:
        """Joins; leaving by oneself; being removed, and by whom."""
        ear = Ear(peer, way)
        peer.come_and_go()
        told = [event for event in ear.hears() if event.kind in {EventKind.JOINED, EventKind.LEFT}]
        assert [(event.kind, event.how) for event in told] == [
            (EventKind.JOINED, ""),
            (EventKind.LEFT, "left"),
            (EventKind.JOINED, ""),
            (EventKind.LEFT, "kicked"),
        ]
        assert told[3].operator == peer.member
        assert told[0].user == told[1].user != told[2].user == told[3].user
        cell("left or kicked, by whom")

    @over(lambda peer: [(way, kind.value) for way in ways(peer) for kind in EventKind if kind in peer.tells - PLAIN])
    def test_every_kind_is_told(self, peer: Peer, way: Way, fault: str, cell: Cell) -> None:
        """Of the right room, under a key of its own."""
        ear = Ear(peer, way)
        peer.happen(EventKind(fault))
        told = ear.hears()
        assert [event.group for event in told if event.kind == fault] == [peer.room]
        assert len({event.key for event in told}) == len(told)
        cell("told")

    @over(heard("twice", "shuffled"))
    def test_what_comes_twice_or_in_disorder_keeps_its_key(self, peer: Peer, way: Way, fault: str, cell: Cell) -> None:
        """The adapter passes it on as it comes: by the key the inbox takes it once, by the time it is put in order."""
        ear = Ear(peer, way)
        peer.fault(fault, Operation.EVENTS)
        peer.say("一")
        peer.say("二")
        told = ear.hears()
        once = {event.key: event for event in told}
        assert sorted(event.text for event in once.values()) == ["一", "二"]
        assert [event.text for event in told] != ["一", "二"]
        cell("same key")

    @over(heard("the past", ways_only=[Way.POLLED]))
    def test_listening_starts_at_the_present(self, peer: Peer, way: Way, cell: Cell) -> None:
        """An empty cursor tells nothing of the past."""
        peer.adapter.fetch_events("")
        peer.say("昨天的话")
        fetched = peer.adapter.fetch_events("")
        assert not fetched.events
        peer.say("今天的话")
        assert [event.text for event in everything(peer, fetched.cursor)] == ["今天的话"]
        cell("not told")

    @over(heard("an absence", ways_only=[Way.POLLED]))
    def test_after_an_absence_nothing_is_missing(self, peer: Peer, way: Way, cell: Cell) -> None:
        """More than one answer holds: all of it, in order, each once."""
        cursor = peer.adapter.fetch_events("").cursor
        said = [f"第{n}句" for n in range(130)]
        for text in said:
            peer.say(text)
        told = everything(peer, cursor)
        assert [event.text for event in told if event.kind == EventKind.MESSAGE] == said
        assert len({event.key for event in told}) == len(told)
        cell("all, in order")

    @over(heard(*READING, ways_only=[Way.POLLED]))
    def test_asking_fails_without_doubt(self, peer: Peer, way: Way, fault: str, cell: Cell) -> None:
        """And the same cursor tells it the next time."""
        cursor = peer.adapter.fetch_events("").cursor
        peer.say("还在吗？")
        peer.fault(fault, Operation.EVENTS)
        with pytest.raises(ERRORS.get(fault, Unavailable)) as raised:
            peer.adapter.fetch_events(cursor)
        tells_no_secret(peer, raised.value)
        assert [event.text for event in everything(peer, cursor)] == ["还在吗？"]
        cell(type(raised.value).__name__)

    @over(heard("forged", ways_only=[Way.PUSHED]))
    def test_only_the_platform_is_believed(self, peer: Peer, way: Way, cell: Cell) -> None:
        """Another body under its signature; no signature at all; no secret configured here."""
        peer.say("真的")
        genuine = peer.pushed()[-1]
        assert understood(peer, genuine)
        altered = genuine.body.replace(b'"', b' "', 1)
        for adapter, headers, body in (
            (peer.adapter, genuine.headers, altered),
            (peer.adapter, {}, genuine.body),
            (peer.without_secret(), genuine.headers, genuine.body),
        ):
            with pytest.raises(Forged) as raised:
                adapter.parse_push(genuine.method, headers, genuine.query if headers else {}, body)
            tells_no_secret(peer, raised.value)
        cell("Forged")

    @over(lambda peer: heard("stale", ways_only=[Way.PUSHED])(peer) if peer.stamped else [])
    def test_an_old_request_is_refused(self, peer: Peer, way: Way, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ten minutes later somebody sends it again."""
        peer.say("刚才")
        genuine = peer.pushed()[-1]
        later = clock.now() + timedelta(minutes=10)
        monkeypatch.setattr(clock, "now", lambda: later)
        with pytest.raises(Forged):
            peer.adapter.parse_push(genuine.method, genuine.headers, genuine.query, genuine.body)
        cell("Forged")
