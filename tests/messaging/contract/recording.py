"""What the run writes down: a pytest plugin that collects the passed cells and compares docs/reference/adapter-contract.md with them.

`--contract-docs` writes the page instead. Only an adapter all of whose cells passed in this run is looked at, so that a part of the
suite, or of the platforms, can be run by itself.
"""

from pathlib import Path
from typing import Any, cast

import pytest

from tests.messaging.contract.table import Ran, page_with

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/adapter-contract.md"
CELL = "adapter-contract"  # the user property of a test that is a cell
WRITE = "--contract-docs"


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option."""
    parser.addoption(WRITE, action="store_true", help=f"write {PAGE.name} from what passes instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    """The master collects; workers of xdist only report."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(write=config.getoption(WRITE)), "adapter-contract")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A case without a row is none: its adapter does not declare it."""
    gone = [item for item in items if _without_row(item)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


def _without_row(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and None in (callspec.params.get("operation", ""), callspec.params.get("way", ""))


class Recorder:
    """The cells of one run."""

    def __init__(self, *, write: bool) -> None:
        self.write = write
        self.ran: dict[str, Ran] = {}
        self.stale: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A passed cell."""
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name == CELL:
                self._add(*cast("list[Any]", value))

    def _add(self, peer: str, size: int, notes: list[str], column: str, row: str, word: str) -> None:
        self.ran.setdefault(peer, Ran(peer, size, tuple(notes))).cells[column, row] = word

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Compare, or write."""
        committed = page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        for ran in self.ran.values():
            if ran.whole:
                changed = page_with(page, ran)
                self.stale += [ran.peer] if changed != page else []
                page = changed
        if self.write and page != committed:
            PAGE.write_text(page, encoding="utf-8")
        elif self.stale:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what to do."""
        done = "written" if self.write else f"not what ran; run again with {WRITE}"
        for peer in self.stale:
            terminalreporter.write_line(f"{PAGE.name}, {peer}: {done}", red=not self.write)
