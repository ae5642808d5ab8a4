"""The contract suite itself: which cases an adapter gets by what it declares, and the page that the run writes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import pytest

from groupops.messaging import registry
from groupops.messaging.adapter import ACTS, Adapter, Capability, EventKind, Level, Operation
from groupops.messaging.adapters.memory import Memory
from tests.messaging.adapter_contract import AdapterContract, Peer
from tests.messaging.contract.recording import PAGE
from tests.messaging.contract.rows import NO_ANSWER, REFUSALS
from tests.messaging.contract.table import HEAD, Ran, page_with


class SendOnly(Memory):
    """Says something, hears nothing, can be asked nothing."""

    polls = pushes = False

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """One act."""
        return {Operation.SEND_GROUP: Capability(Level.NATIVE)}


class PushOnly(Memory):
    """Cannot be polled."""

    polls = False


class ByHand(SendOnly):
    """A person does everything."""

    def capabilities(self, group: str | None = None) -> Mapping[Operation, Capability]:
        """Every act."""
        return dict.fromkeys(ACTS, Capability(Level.ASSISTED))


def cells(adapter: type[Adapter], **declared: object) -> set[tuple[str, str]]:
    """The cells a peer of this adapter must pass."""
    peer = type("APeer", (Peer,), {"sample": adapter({})} | declared)
    cases = [case for case in vars_of(AdapterContract) if hasattr(case, "rows")]
    found = [cell for case in cases for cell in case.rows(peer)]
    assert len(found) == len(set(found)), "two cases would write into one cell"
    return set(found)


def vars_of(suite: type) -> list[object]:
    """Everything it has, inherited too."""
    return [getattr(suite, name) for name in dir(suite)]


def test_a_full_adapter_gets_every_fault_on_every_act() -> None:
    """Of those that the design names."""
    found = cells(Memory)
    named = {"does_then_never_answers", "never_answers", "refuses", "limited", "limited_without_hint", "crashes", "unavailable"}
    named |= {"wrong_credential", "lost_rights", "gone"}
    assert {(operation, fault) for operation in ACTS for fault in named} <= found
    assert {(Operation.SEND_GROUP, fault) for fault in (*NO_ANSWER, *REFUSALS)} <= found
    assert {(way, fault) for way in ("polled", "pushed") for fault in ("twice", "shuffled")} <= found


def test_what_is_not_declared_is_not_tried() -> None:
    """A send-only adapter; one that is only pushed to; one by a person's hands."""
    assert {column for column, _row in cells(SendOnly)} == {Operation.SEND_GROUP}
    assert "polled" not in {column for column, _row in cells(PushOnly)}
    assert cells(ByHand) == {(operation, "nothing") for operation in ACTS}


def test_what_a_peer_says_about_its_platform_decides_too() -> None:
    """Faults that it never shows, keys that it does not know, events that it does not tell, requests without a time."""
    full = cells(Memory)
    assert full - cells(Memory, never={"limited": "…"}) == {cell for cell in full if cell[1] == "limited"}
    assert full - cells(Memory, dedupes=frozenset[Operation]()) == {cell for cell in full if cell[1] == "the same key again"}
    assert full - cells(Memory, stamped=False) == {("pushed", "stale")}
    assert cells(Memory, tells=frozenset(EventKind)) - full >= {("pushed", "member.muted"), ("polled", "group.announced")}


def test_a_section_is_renewed_and_the_others_stay() -> None:
    """In the order of their names, with the notes."""
    ran = Ran("b", 1, ("Never *limited*: nobody counts.",), {(str(Operation.SEND_GROUP), "nothing"): "done"})
    page = page_with(page_with("", ran), replace(ran, peer="a", notes=()))
    assert page.startswith(HEAD)
    assert page.index("## `a`") < page.index("## `b`") < page.index("nobody counts")
    renewed = page_with(page, replace(ran, cells={(str(Operation.SEND_GROUP), "nothing"): "accepted"}))
    assert (renewed.count("accepted |"), renewed.count("done |")) == (1, 1)
    assert page_with(renewed, Ran("a", 1, (), {(str(Operation.SEND_GROUP), "nothing"): "done"})) == renewed


class TestPage:
    """What is committed."""

    page: ClassVar[str] = PAGE.read_text(encoding="utf-8")

    @pytest.mark.parametrize("adapter", registry.ADAPTERS, ids=lambda adapter: adapter.kind)
    def test_every_platform_was_tried_with_all_it_declares(self, adapter: type[Adapter]) -> None:
        """No adapter without a section (its own, or that of the one it derives from), no declared operation without a column."""
        sections = {part.split("`")[1]: part for part in self.page.split("\n## ")[1:]}
        section = next((sections[kind] for cls in adapter.__mro__ if (kind := getattr(cls, "kind", "")) in sections), "")
        assert section, "run its contract suite with --contract-docs"
        for operation, capability in adapter({}).capabilities().items():
            if capability.possible and operation != Operation.EVENTS:
                assert f" {operation} |" in section
