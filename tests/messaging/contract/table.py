"""The page of the contract: a section per adapter, with what came of each case. No dates and no times, so that it stays as it is."""

from dataclasses import dataclass, field

from groupops.messaging.adapter import Operation
from groupops.messaging.fake_platform.faults import FAULTS
from tests.messaging.contract.peer import Peer
from tests.messaging.contract.rows import Way

HEAD = """# What every adapter was tried with

Written by the contract suite (`tests/messaging/adapter_contract.py`) from what passed: adapter × operation × fault. A run whose results
differ from this page fails; `pytest … --contract-docs` writes it anew. Faults are those of [the fake platform](adapters.md). An empty field
is a case that the adapter does not declare or the platform cannot show; what all calls of an adapter have in common (resets, gateways,
redirects) is tried on `send_group` only.

- *done*: carried out, with a proof; *needs_operator*, *accepted*: in a person's hands, nothing happened by itself.
- *unknown, found*: no answer, but it was done; looking found it, and a retry did not double it.
- *unknown, not there: again*: no answer, and it was not done; looking said so, and the retry did it once.
- *unknown: a person looks*: nothing can be read back, so nothing is tried again by itself.
- a name such as *RateLimited*: the error that was raised; certainly not done, and none of them told a secret.
"""
COLUMNS = [[str(operation) for operation in Operation if operation != Operation.EVENTS], [str(way) for way in Way]]


@dataclass
class Ran:
    """One adapter's cells: (column, row) → what came of it. `size`: how many there must be."""

    peer: str
    size: int
    notes: tuple[str, ...] = ()
    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every cell passed in this run."""
        return len(self.cells) == self.size


def notes_of(peer: type[Peer]) -> list[str]:
    """What is to be known beside the cells."""
    return [f"Never *{fault}*: {reason}." for fault, reason in sorted(peer.never.items())]


def page_with(page: str, ran: Ran) -> str:
    """The page with the section of one adapter renewed; sections stand by name."""
    sections = {part.split("`")[1]: part for part in ("\n" + page).split("\n## ")[1:]}
    sections[ran.peer] = _section(ran)
    return HEAD + "".join(f"\n## {sections[name].strip()}\n" for name in sorted(sections))


def _section(ran: Ran) -> str:
    parts = [f"`{ran.peer}`", *(_grid(ran, columns) for columns in COLUMNS), "\n".join(f"- {note}" for note in ran.notes)]
    return "\n\n".join(part for part in parts if part)


def _grid(ran: Ran, columns: list[str]) -> str:
    """Faults down, operations across; what has no case is left out."""
    here = [column for column in columns if any(found == column for found, _row in ran.cells)]
    rows = sorted({row for column, row in ran.cells if column in here}, key=_place)
    lines = [f"| {row} | " + " | ".join(ran.cells.get((column, row), "") for column in here) + " |" for row in rows]
    return "\n".join([f"| | {' | '.join(here)} |", "|---" * (len(here) + 1) + "|", *lines]) if here else ""


def _place(row: str) -> tuple[bool, bool, str]:
    """What goes well first, then circumstances, then faults by name."""
    return row != "nothing", row in FAULTS, row
