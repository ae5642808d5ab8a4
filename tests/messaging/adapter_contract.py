"""What every adapter must do, on its own platform and with every fault of the list.

Write a Peer (tests.messaging.contract.peer), then:

    class TestMatrix(AdapterContract):
        of = MatrixPeer

with a fixture `peer` that gives a fresh one. What `MatrixPeer.sample` declares decides which cases there are. What came of them stands in
docs/reference/adapter-contract.md; `--contract-docs` writes it.
"""

import inspect
from collections.abc import Callable
from typing import ClassVar

import pytest

from tests.messaging.contract.acting import Acting
from tests.messaging.contract.errands import action, retry
from tests.messaging.contract.hearing import Hearing, everything
from tests.messaging.contract.peer import Peer, Pushed
from tests.messaging.contract.reading import Reading
from tests.messaging.contract.recording import CELL
from tests.messaging.contract.table import notes_of

__all__ = ["AdapterContract", "Peer", "Pushed", "action", "everything", "retry"]


class AdapterContract(Reading, Acting, Hearing):
    """The suite."""

    of: ClassVar[type[Peer]]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A case per row; a case without any is taken out again (contract.recording)."""
        rows = getattr(metafunc.function, "rows", None)
        if rows is None:
            return
        column = "operation" if "operation" in metafunc.fixturenames else "way"
        metafunc.parametrize((column, "row"), rows(self.of) or [(None, "")], ids=lambda value: str(value).replace(" ", "_"))

    @pytest.fixture
    def fault(self, row: str) -> str:
        """The row's fault."""
        return row

    @pytest.fixture
    def cell(self, request: pytest.FixtureRequest, row: str) -> Callable[[str], None]:
        """What came of the case, for the docs."""
        params = request.node.callspec.params
        name, column = self.of.name or self.of.sample.kind, str(params.get("operation") or params["way"])

        def note(word: str) -> None:
            about = [name, _size(self.of, type(self)), notes_of(self.of), column, row, str(word)]
            request.node.user_properties.append((CELL, about))

        note("✓")
        return note


def _size(peer: type[Peer], suite: type[AdapterContract]) -> int:
    cases = [case for _name, case in inspect.getmembers(suite, inspect.isfunction) if hasattr(case, "rows")]
    return sum(len(case.rows(peer)) for case in cases)
