"""What is asked of a platform in the contract: per operation a new intention, and how often it has come about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from groupops.messaging.adapter import Action, AlreadyDone, Operation, Outcome
from groupops.shared import clock
from tests.messaging.contract.peer import Peer

_numbers = count(1)


def action(peer: Peer, text: str = "大家好", **values: object) -> Action:
    """A new intention; without more words: to say something in the room."""
    return Action(key=f"key{next(_numbers)}", group=peer.room, text=text, **values)  # type: ignore[arg-type]


def retry(first: Action) -> Action:
    """The same intention, tried again."""
    return replace(first, since=clock.now() - timedelta(seconds=30))


def meant_anew(first: Action, outcome: Outcome) -> Action:
    """Another intention of the same. What is pinned twice is one message; what is said twice are two."""
    pinned = {"text": "", "message": outcome.remote_ids[-1]} if first.operation == Operation.PIN else {}
    return replace(first, key=f"key{next(_numbers)}", **pinned)  # type: ignore[arg-type]


def carried_out(peer: Peer, wanted: Action) -> str:
    """Perform what may be so already; the word for it."""
    try:
        return peer.adapter.perform(wanted).result.value
    except AlreadyDone:
        return "AlreadyDone"


@dataclass(frozen=True)
class Errand:
    """`ask` prepares the room and gives a new intention; `times`: how often it has come about (of a state: 0 or 1)."""

    ask: Callable[[Peer], Action]
    times: Callable[[Peer, Action], int]


def _words(peer: Peer, operation: Operation) -> Action:
    return action(peer, f"第{next(_numbers)}号通知", operation=operation)


def _about(peer: Peer, operation: Operation, *before: Operation) -> Action:
    """About a newcomer, to whom `before` has been done."""
    user = peer.newcomer()
    for first in before:
        peer.adapter.perform(_to(peer, first, user))
    return _to(peer, operation, user)


def _to(peer: Peer, operation: Operation, user: str) -> Action:
    until = clock.now().replace(microsecond=0) + timedelta(hours=1) if operation == Operation.MUTE else None
    return action(peer, "", operation=operation, user=user, until=until)


def _whisper(peer: Peer) -> Action:
    return replace(_words(peer, Operation.SEND_DIRECT), user=peer.newcomer())


def _recall(peer: Peer) -> Action:
    if peer.adapter.capabilities()[Operation.DELETE_MESSAGE].own_only:
        said = peer.adapter.send_group(_words(peer, Operation.SEND_GROUP)).remote_ids[-1]
    else:
        said = peer.say("说错了")
    return action(peer, "", operation=Operation.DELETE_MESSAGE, message=said)


ERRANDS: dict[Operation, Errand] = {
    Operation.SEND_GROUP: Errand(
        lambda peer: _words(peer, Operation.SEND_GROUP),
        lambda peer, wanted: peer.texts().count(wanted.text),
    ),
    Operation.SEND_DIRECT: Errand(_whisper, lambda peer, wanted: peer.whispers(wanted.user).count(wanted.text)),
    Operation.ANNOUNCE: Errand(
        lambda peer: _words(peer, Operation.ANNOUNCE),
        lambda peer, wanted: int(peer.announcement() == wanted.text),
    ),
    Operation.PIN: Errand(lambda peer: _words(peer, Operation.PIN), lambda peer, wanted: peer.pinned().count(wanted.text)),
    Operation.DELETE_MESSAGE: Errand(_recall, lambda peer, wanted: int(peer.recalled(wanted.message))),
    Operation.MUTE: Errand(lambda peer: _about(peer, Operation.MUTE), lambda peer, wanted: int(peer.muted(wanted.user))),
    Operation.UNMUTE: Errand(
        lambda peer: _about(peer, Operation.UNMUTE, Operation.MUTE),
        lambda peer, wanted: int(not peer.muted(wanted.user)),
    ),
    Operation.KICK: Errand(lambda peer: _about(peer, Operation.KICK), lambda peer, wanted: int(not peer.present(wanted.user))),
    Operation.BAN: Errand(lambda peer: _about(peer, Operation.BAN), lambda peer, wanted: int(peer.banned(wanted.user))),
    Operation.UNBAN: Errand(
        lambda peer: _about(peer, Operation.UNBAN, Operation.BAN),
        lambda peer, wanted: int(not peer.banned(wanted.user)),
    ),
}
