"""The assisted adapter: the contract with a person in place of a platform, and what is its own."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NoReturn

import pytest

from groupops.messaging.adapter import (
    ACTS,
    Action,
    ContentRejected,
    Found,
    Health,
    InvalidTarget,
    Level,
    NotSupported,
    Operation,
    Outcome,
    Result,
)
from groupops.messaging.adapters.assisted import LONGEST, Assisted
from tests.messaging.adapter_contract import AdapterContract, Peer

NOBODY = "nothing is called: there is nobody who could fail"
FAULTS = (
    "never_answers does_then_never_answers resets does_then_resets bad_gateway does_then_bad_gateway gateway_timeout crashes unavailable "
    "limited limited_without_hint wrong_credential restricted lost_rights gone rejected redirects refuses twice shuffled"
)


class Watched(Assisted):
    """Remembers the cards it made."""

    def __init__(self, config: Mapping[str, str]) -> None:
        super().__init__(config)
        self.cards: list[Action] = []

    def perform(self, action: Action) -> Outcome:
        """A card, and nothing else."""
        self.cards.append(action)
        return super().perform(action)


class AssistedPeer(Peer):
    """A WeChat group whose operator has carried out every card but the newest: that one must have changed nothing yet."""

    sample = Assisted({"account": "林晓"})
    resolves: ClassVar[frozenset[Operation]] = frozenset()
    dedupes: ClassVar[frozenset[Operation]] = frozenset()
    never = dict.fromkeys(FAULTS.split(), NOBODY)
    adapter: Watched
    room = room_name = "产品交流一群"
    room_size = None
    nowhere = None
    member = "wxid_wang"
    secrets: Sequence[str] = ()

    def __init__(self) -> None:
        self.adapter = Watched({"account": "林晓"})

    def by_hand(self, operation: Operation) -> bool:
        """Whether the operator has done it."""
        return any(card.operation == operation for card in self.adapter.cards[:-1])

    def texts(self) -> list[str]:
        """Nobody has pasted anything."""
        return []

    def fault(self, name: str, operation: Operation) -> NoReturn:
        """There is none."""
        raise AssertionError(NOBODY)

    with_wrong_credential = elsewhere = fault  # type: ignore[assignment]  # never asked for: no credential, no address

    def say(self, text: str) -> str:
        """By its place in the chat."""
        return "1"

    def newcomer(self) -> str:
        """Somebody."""
        return "wxid_li"

    def whispers(self, user: str) -> list[str]:
        """Nothing."""
        return []

    def announcement(self) -> str:
        """None."""
        return ""

    def pinned(self) -> list[str]:
        """Nothing."""
        return []

    def recalled(self, message: str) -> bool:
        """It stands."""
        return False

    def muted(self, user: str) -> bool:
        """WeChat cannot."""
        return False

    def present(self, user: str) -> bool:
        """Not removed yet."""
        return not self.by_hand(Operation.KICK)

    def banned(self, user: str) -> bool:
        """Removed, and not let in again."""
        return self.by_hand(Operation.BAN)


class TestAssisted(AdapterContract):
    """The suite."""

    of = AssistedPeer

    @pytest.fixture
    def peer(self) -> AssistedPeer:
        """A fresh one."""
        return AssistedPeer()


def test_every_act_but_a_mute_is_a_persons() -> None:
    """The level on the group's page, with its reason; longer texts go in parts."""
    can = Assisted({"account": "林晓"}).capabilities()
    assert {operation for operation in ACTS if can[operation].level != Level.ASSISTED} == {Operation.MUTE, Operation.UNMUTE}
    assert all(can[operation].why for operation in ACTS)
    assert can[Operation.SEND_GROUP].max_chars == LONGEST
    assert Assisted({"longest": "800"}).capabilities()[Operation.SEND_GROUP].max_chars == 800


def test_an_act_is_a_card_and_nothing_else() -> None:
    """Never done by itself; so whoever asks later is told that it was not."""
    adapter = Assisted({"account": "林晓"})
    wanted = Action(key="k", group="群", operation=Operation.KICK, user="wxid")
    assert adapter.perform(wanted).result == Result.NEEDS_OPERATOR
    assert adapter.resolve(wanted).found == Found.NOT_SENT


def test_a_group_is_the_operators_name_for_it() -> None:
    """However it is spaced; no name is no group."""
    adapter = Assisted({"account": "林晓"})
    room = adapter.get_group(" 产品交流  一群 ")
    assert (room.id, room.name, room.size) == ("产品交流 一群", "产品交流 一群", None)
    for name in (" ", "群" * 201):
        with pytest.raises(InvalidTarget):
            adapter.get_group(name)
    with pytest.raises(NotSupported):
        adapter.list_groups()


def test_nothing_can_break_and_the_account_is_the_note() -> None:
    """Whose phone it is."""
    found = Assisted({"account": "林晓"}).check()
    assert (found.health, found.account) == (Health.OK, "林晓")


@pytest.mark.parametrize("longest", ["0", "199", "10001", "viel", "-5", "９００"])
def test_a_number_of_characters_must_make_sense(longest: str) -> None:
    """And may be left out."""
    with pytest.raises(ContentRejected):
        Assisted.enroll({"account": "林晓", "longest": longest})
    assert Assisted.enroll({"account": " 林晓 "}) == {"account": "林晓", "longest": ""}
