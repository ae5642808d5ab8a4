"""Cases of acting: done, done again, done without an answer, refused; every declared operation, every fault the platform can show."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from groupops.messaging.adapter import (
    ACTS,
    SAYING,
    AdapterError,
    Found,
    InvalidTarget,
    Level,
    NotSupported,
    Operation,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Result,
    Unavailable,
)
from tests.messaging.contract.errands import ERRANDS, action, carried_out, meant_anew, retry
from tests.messaging.contract.peer import Peer
from tests.messaging.contract.rows import DONE_WITHOUT_ANSWER, NO_ANSWER, REFUSALS, acts, automatic, declared, faults, one, over

Cell = Callable[[str], None]
ENDS = {
    Level.NATIVE: Result.DONE,
    Level.EMULATED: Result.DONE,
    Level.PLATFORM_CONFIRM: Result.ACCEPTED,
    Level.ASSISTED: Result.NEEDS_OPERATOR,
}


def resolved(peer: Peer, wanted: object) -> Found:
    """What looking finds; what was found has a proof."""
    resolution = peer.adapter.resolve(retry(wanted))  # type: ignore[arg-type]
    assert resolution.found != Found.SENT or any(resolution.remote_ids)
    return resolution.found


def tells_no_secret(peer: Peer, error: AdapterError) -> None:
    """Not in its message, its code, or what it came from."""
    told = f"{error!r} {error.message} {error.code} {error.__cause__!r} {error.__context__ if not error.__suppress_context__ else ''!r}"
    assert not any(secret in told for secret in peer.secrets)


class Acting:
    """Everything that changes something there."""

    @over(lambda peer: [(operation, "nothing") for operation in declared(peer) if operation in ACTS])
    def test_it_is_done(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """With a proof where something was said; or it is in a person's hands, and nothing has happened."""
        wanted = ERRANDS[operation].ask(peer)
        level = peer.adapter.capabilities()[operation].level
        outcome = peer.adapter.perform(wanted)
        assert outcome.result == ENDS[level]
        assert ERRANDS[operation].times(peer, wanted) == (outcome.result == Result.DONE)
        assert all(outcome.remote_ids)
        assert outcome.remote_ids or operation not in SAYING or outcome.result != Result.DONE
        cell(outcome.result)

    @over(lambda peer: [(operation, "looking for it") for operation in automatic(peer)])
    def test_looking_finds_what_was_done_and_nothing_else(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """What cannot be looked at is not guessed."""
        never = ERRANDS[operation].ask(peer)
        found = resolved(peer, never)
        assert found == (Found.NOT_SENT if operation in peer.resolves else Found.CANNOT_TELL)
        done = ERRANDS[operation].ask(peer)
        peer.adapter.perform(done)
        assert resolved(peer, done) == (Found.SENT if operation in peer.resolves else Found.CANNOT_TELL)
        cell("found, or not there" if operation in peer.resolves else Found.CANNOT_TELL)

    @over(lambda peer: [(operation, "the same key again") for operation in automatic(peer) if operation in peer.dedupes])
    def test_the_same_key_is_one_act(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """At once, and when it is tried again later."""
        wanted = ERRANDS[operation].ask(peer)
        peer.adapter.perform(wanted)
        carried_out(peer, wanted)
        carried_out(peer, retry(wanted))
        assert ERRANDS[operation].times(peer, wanted) == 1
        cell("once")

    @over(acts("meant anew"))
    def test_another_intention_is_another_act(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """The same words are said twice; a state is there already, which counts as done."""
        first = ERRANDS[operation].ask(peer)
        anew = meant_anew(first, peer.adapter.perform(first))
        word = carried_out(peer, anew)
        assert ERRANDS[operation].times(peer, first) == (2 if operation in (Operation.SEND_GROUP, Operation.SEND_DIRECT) else 1)
        if word == "AlreadyDone":
            assert resolved(peer, anew) == Found.SENT
        cell(word)

    @over(faults(DONE_WITHOUT_ANSWER))
    def test_done_without_an_answer_is_unknown(self, peer: Peer, operation: Operation, fault: str, cell: Cell) -> None:
        """Where looking is possible it is found, and a retry does not double it."""
        wanted = ERRANDS[operation].ask(peer)
        peer.fault(fault, operation)
        with pytest.raises(OutcomeUnknown) as raised:
            peer.adapter.perform(wanted)
        tells_no_secret(peer, raised.value)
        if operation not in peer.resolves:
            assert resolved(peer, wanted) == Found.CANNOT_TELL
            return cell("unknown: a person looks")
        assert resolved(peer, wanted) == Found.SENT
        carried_out(peer, retry(wanted))
        assert ERRANDS[operation].times(peer, wanted) == 1
        return cell("unknown, found")

    @over(faults(NO_ANSWER))
    def test_not_done_and_no_answer_is_unknown(self, peer: Peer, operation: Operation, fault: str, cell: Cell) -> None:
        """Where looking is possible it is not there, and the retry does it."""
        wanted = ERRANDS[operation].ask(peer)
        peer.fault(fault, operation)
        with pytest.raises(OutcomeUnknown) as raised:
            peer.adapter.perform(wanted)
        tells_no_secret(peer, raised.value)
        if operation not in peer.resolves:
            assert resolved(peer, wanted) == Found.CANNOT_TELL
            return cell("unknown: a person looks")
        assert resolved(peer, wanted) == Found.NOT_SENT
        peer.adapter.perform(retry(wanted))
        assert ERRANDS[operation].times(peer, wanted) == 1
        return cell("unknown, not there: again")

    @over(faults(tuple(REFUSALS)))
    def test_refusals_are_what_they_are(self, peer: Peer, operation: Operation, fault: str, cell: Cell) -> None:
        """Certainly not done; safe to show; rate limits say how long."""
        wanted = ERRANDS[operation].ask(peer)
        peer.fault(fault, operation)
        with pytest.raises(REFUSALS[fault]) as raised:
            peer.adapter.perform(wanted)
        tells_no_secret(peer, raised.value)
        if isinstance(raised.value, RateLimited):
            assert raised.value.after == peer.waits[fault]
        assert ERRANDS[operation].times(peer, wanted) == 0
        cell(type(raised.value).__name__)

    @over(faults(("refuses",)))
    def test_nobody_there_is_certainly_not_done(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """A refused connection."""
        wanted = ERRANDS[operation].ask(peer)
        with pytest.raises(Unavailable) as raised:
            peer.elsewhere().perform(wanted)
        tells_no_secret(peer, raised.value)
        assert ERRANDS[operation].times(peer, wanted) == 0
        cell("Unavailable")

    @over(acts("no such room"))
    def test_a_room_that_is_not_there(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """Or not for us: some platforms do not tell which."""
        if peer.nowhere is None:
            return cell("–")
        wanted = replace(ERRANDS[operation].ask(peer), group=peer.nowhere)
        with pytest.raises((InvalidTarget, PermissionDenied)) as raised:
            peer.adapter.perform(wanted)
        return cell(type(raised.value).__name__)

    def test_what_is_not_declared_is_refused_plainly(self, peer: Peer) -> None:
        """Nothing is attempted."""
        for operation in set(ACTS) - set(declared(type(peer))):
            with pytest.raises(NotSupported):
                peer.adapter.perform(action(peer, "好", operation=operation, user="somebody", message="something"))

    @over(one(Operation.SEND_GROUP, "signs and lines"))
    def test_a_message_arrives_as_it_was_written(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """Nothing is taken for markup."""
        text = "早安 ☀️\n<b>不是标签</b> & “引号” \\ {{name}} [CQ:at,qq=all] @全体"
        peer.adapter.perform(action(peer, text))
        assert peer.texts() == [text]
        cell("as written")

    @over(one(Operation.SEND_GROUP, "a long text"))
    def test_a_long_text_arrives_whole(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """In numbered parts, in order, where one message does not hold it."""
        text = "\n\n".join("第一段很长。" * 300 for _ in range(6))
        outcome = peer.adapter.perform(action(peer, text))
        texts = peer.texts()
        assert len(texts) == len(outcome.remote_ids)
        joined = "".join(part.partition("\n")[2] if len(texts) > 1 else part for part in texts)
        assert "".join(joined.split()) == "".join(text.split())
        cell("whole")
