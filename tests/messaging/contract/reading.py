"""Cases of looking: the account, its rooms, who is in them, what is possible there."""

import contextlib
from collections.abc import Callable

import pytest

from groupops.messaging.adapter import (
    WORST_LAST,
    AdapterError,
    Health,
    InvalidTarget,
    LoginRequired,
    NotSupported,
    Operation,
    RateLimited,
    Unavailable,
)
from tests.messaging.contract.acting import tells_no_secret
from tests.messaging.contract.errands import ERRANDS
from tests.messaging.contract.peer import Peer
from tests.messaging.contract.rows import READING, declared, one, over

Cell = Callable[[str], None]
ERRORS: dict[str, type[AdapterError]] = {"limited": RateLimited, "wrong_credential": LoginRequired}


class Reading:
    """Everything that changes nothing."""

    def test_every_declared_capability_has_a_case(self, peer: Peer) -> None:
        """Nobody declares what nobody tries; the cases were chosen by the very capabilities that the adapter under test has."""
        assert set(declared(type(peer))) <= {*ERRANDS, Operation.MEMBERS, Operation.EVENTS}
        assert peer.adapter.capabilities() == peer.sample.capabilities()
        assert (peer.adapter.polls or peer.adapter.pushes) == (Operation.EVENTS in declared(type(peer)))

    def test_in_a_room_nothing_is_better_than_declared(self, peer: Peer) -> None:
        """What the live account may do there."""
        own = peer.adapter.capabilities()
        for operation, there in peer.adapter.capabilities(peer.room).items():
            assert WORST_LAST.index(there.level) >= WORST_LAST.index(own[operation].level)

    def test_check_says_how_it_is_and_never_raises(self, peer: Peer) -> None:
        """Working, needing a login, away."""
        assert peer.adapter.check().health == Health.OK
        if "wrong_credential" not in peer.never:
            assert peer.with_wrong_credential().check().health == Health.NEEDS_LOGIN
        if "refuses" not in peer.never:
            assert peer.elsewhere().check().health == Health.DOWN

    def test_rooms_are_told_with_name_and_size(self, peer: Peer) -> None:
        """Alone, and in the list where there is one; a room that is not there is an invalid target."""
        alone = peer.adapter.get_group(peer.room)
        assert (alone.id, alone.name, alone.size) == (peer.room, peer.room_name, peer.room_size)
        with contextlib.suppress(NotSupported):
            assert alone in peer.adapter.list_groups()
        if peer.nowhere is not None:
            with pytest.raises(InvalidTarget):
                peer.adapter.get_group(peer.nowhere)

    @over(one(Operation.MEMBERS, "nothing"))
    def test_members_are_told(self, peer: Peer, operation: Operation, cell: Cell) -> None:
        """By id, with a name."""
        members = {member.id: member.name for member in peer.adapter.list_members(peer.room)}
        assert members[peer.member]
        assert len(members) == 2
        cell("done")

    @over(lambda peer: [row for fault in READING if fault not in peer.never for row in one(Operation.MEMBERS, fault)(peer)])
    def test_reading_fails_without_doubt(self, peer: Peer, operation: Operation, fault: str, cell: Cell) -> None:
        """What changes nothing has no unknown outcome: it is asked again."""
        peer.fault(fault, operation)
        with pytest.raises(ERRORS.get(fault, Unavailable)) as raised:
            peer.adapter.list_members(peer.room)
        tells_no_secret(peer, raised.value)
        cell(type(raised.value).__name__)
