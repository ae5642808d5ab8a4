"""What the contract needs of a platform: our adapter on it, and hands that are not ours."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from groupops.messaging.adapter import ACTS, Adapter, EventKind, Operation


@dataclass(frozen=True)
class Pushed:
    """A request that the platform made to our door, as it came."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)


class Peer(ABC):
    """A platform under test, with a room that is fresh for every case: our account and `member` are in it, and nobody else.

    Always to be filled in: the attributes, `texts`, `fault`, `with_wrong_credential`, `elsewhere`. Every other hand is called only
    when the adapter declares what its docstring names. The hands must not be our adapter: a foreign client, or the fake's own switches.
    """

    # --- What is known before anything runs: it decides which cases there are.
    sample: ClassVar[Adapter]  # configured as in the cases, never called: its capabilities(), polls and pushes are what is declared
    name: ClassVar[str] = ""  # its heading in the docs; empty: the adapter's kind
    # Acts whose unknown outcome `resolve` can clear up; for the others it must answer CANNOT_TELL.
    resolves: ClassVar[frozenset[Operation]] = frozenset(ACTS)
    # Acts that happen once when the same key is asked for twice.
    dedupes: ClassVar[frozenset[Operation]] = frozenset(ACTS)
    # Faults that this platform cannot show, each with the reason, which stands in the docs. "refuses": there is nobody to connect to.
    never: ClassVar[Mapping[str, str]] = {}
    # What RateLimited.after must be: 0 where the platform does not say.
    waits: ClassVar[Mapping[str, float]] = {"limited": 3.0, "limited_without_hint": 0.0}
    # What it tells where the adapter declares EVENTS. JOINED and LEFT belong together.
    tells: ClassVar[frozenset[EventKind]] = frozenset({EventKind.MESSAGE, EventKind.JOINED, EventKind.LEFT})
    echoes: ClassVar[bool] = True  # our own messages come back as events, marked as our own
    stamped: ClassVar[bool] = True  # what is pushed says when it was signed; old requests are refused

    # --- What a fresh peer carries.
    adapter: Adapter
    room: str
    room_name: str
    room_size: int | None = 2  # as get_group tells it
    nowhere: str | None = "!nowhere:groupops.test"  # a room that is not there; None: the adapter takes every name for a room
    member: str  # the id of somebody who is in the room, and may do everything there
    secrets: Sequence[str]  # what no error may tell

    @abstractmethod
    def texts(self) -> list[str]:
        """What everybody can read in the room, oldest first, without what was recalled."""

    @abstractmethod
    def fault(self, name: str, operation: Operation) -> None:
        """A fault (groupops.messaging.fake_platform.faults) for the next request that carries `operation` out.

        Where an operation takes several requests: the deciding one, after which it has happened. MEMBERS, EVENTS: the next reading;
        for what is pushed "twice" and "shuffled", the next two events.
        """

    @abstractmethod
    def with_wrong_credential(self) -> Adapter:
        """An adapter whose credential the platform does not know."""

    @abstractmethod
    def elsewhere(self) -> Adapter:
        """An adapter whose address nobody listens on."""

    # --- People in the room.
    def say(self, text: str) -> str:
        """DELETE_MESSAGE, PIN, EVENTS, a readable send: the member says something; its remote id."""
        raise NotImplementedError

    def newcomer(self) -> str:
        """SEND_DIRECT, MUTE, KICK, BAN: an ordinary person comes in; their id."""
        raise NotImplementedError

    # --- What has become of our acts.
    def whispers(self, user: str) -> list[str]:
        """SEND_DIRECT: what we said to `user` alone, as they see it."""
        raise NotImplementedError

    def announcement(self) -> str:
        """ANNOUNCE: the room's announcement."""
        raise NotImplementedError

    def pinned(self) -> list[str]:
        """PIN: the texts that are pinned."""
        raise NotImplementedError

    def recalled(self, message: str) -> bool:
        """DELETE_MESSAGE: nobody can read it any more."""
        raise NotImplementedError

    def muted(self, user: str) -> bool:
        """MUTE: `user` may not speak."""
        raise NotImplementedError

    def present(self, user: str) -> bool:
        """KICK: `user` is in the room."""
        raise NotImplementedError

    def banned(self, user: str) -> bool:
        """BAN: `user` may not come in."""
        raise NotImplementedError

    # --- What there is to hear.
    def come_and_go(self) -> None:
        """EVENTS with JOINED: somebody joins and leaves by themselves; somebody else joins and is removed by the member."""
        raise NotImplementedError

    def happen(self, kind: EventKind) -> None:
        """EVENTS: make an event of `tells` happen, by anybody but our adapter (never MESSAGE, JOINED, LEFT)."""
        raise NotImplementedError

    def pushed(self) -> Sequence[Pushed]:
        """An adapter that pushes: every request the platform has made to our door so far; waits until it is done with it."""
        raise NotImplementedError

    def without_secret(self) -> Adapter:
        """An adapter that pushes: the same, with no signing secret configured."""
        raise NotImplementedError
