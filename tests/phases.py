"""What script/test runs after installing: every check and test, each with its time, all of them even when one fails."""

import argparse
import os
import secrets
import signal
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2

from groupops.operations.embedded.processes import spawn
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TEMPLATE = "groupops_template"
PACKAGES = ["groupops", "members", "content", "points", "moderation", "monetization"]
NOTHING_COLLECTED = 5
SECOND_TRIES = 3


@dataclass(frozen=True)
class Phase:
    """A command, whether it wants PostgreSQL and Redis in its environment, and whether what failed may be tried once more."""

    name: str
    command: list[str]
    on_servers: bool = False
    production: bool = False
    second_try: bool = False

    @property
    def is_pytest(self) -> bool:
        """Whether it takes pytest's arguments."""
        return "pytest" in self.command


def tool(name: str, *arguments: str) -> list[str]:
    """A program of the virtual environment."""
    return [str(BIN / name), *arguments]


def python(*arguments: str) -> list[str]:
    """This Python."""
    return [sys.executable, *arguments]


def pytest(marks: str, *arguments: str) -> list[str]:
    """pytest over the tests that carry `marks`."""
    return python("-m", "pytest", "-m", marks, *arguments)


def report(phase: str) -> Path:
    """Where pytest writes what became of each test of a phase."""
    return ROOT / ".cache" / "reports" / f"{phase}.xml"


def broken(phase: str) -> list[str]:
    """The tests of a phase that failed, each with the first line of why: a log that is read from its end names them."""
    if not report(phase).exists():
        return []
    cases = ET.parse(report(phase)).iter("testcase")  # noqa: S314 written by our own pytest
    wrong = [(case, found) for case in cases if (found := case.find("failure")) is not None or (found := case.find("error")) is not None]
    return [f"{case.get('classname')}::{case.get('name')} {str(found.get('message')).splitlines()[:1]}" for case, found in wrong]


PHASES = [
    Phase("lint", tool("ruff", "check")),
    Phase("format", tool("ruff", "format", "--check")),
    Phase("templates", tool("djlint", "templates", "--check", "--lint", "--quiet")),
    Phase("types", tool("mypy")),
    Phase("contracts", tool("lint-imports")),
    Phase("dependencies", tool("deptry", ".", "--config", "requirements/deptry.toml")),
    Phase("migrations", python("manage.py", "makemigrations", "--check", "--dry-run"), on_servers=True),
    Phase("deploy", python("manage.py", "check", "--deploy", "--fail-level", "WARNING"), on_servers=True, production=True),
    Phase("postgresql", pytest("not browser and not synapse", "-n", "2"), on_servers=True),
    Phase("sqlite", pytest("both_databases and not browser and not synapse", "-n", "2")),
    Phase("browser", pytest("browser", "-n", "2"), on_servers=True, second_try=True),
    Phase("synapse", pytest("synapse"), on_servers=True, second_try=True),
]


@dataclass(frozen=True)
class Result:
    """How a phase ended."""

    name: str
    passed: bool
    seconds: float


class Run:
    """The phases one after another; PostgreSQL and Redis start with the first that wants them and end with the run."""

    def __init__(self, stack: ExitStack, arguments: list[str]) -> None:
        self.stack = stack
        self.arguments = arguments
        self.addresses: dict[str, str] | None = None
        self.results: list[Result] = []
        self.unsteady: list[str] = []

    def timed(self, name: str, work: Callable[[], bool]) -> bool:
        """Run `work` under a heading and note its time."""
        print(f"\n━━ {name} {'━' * (100 - len(name))}", flush=True)
        started = time.monotonic()
        passed = work()
        self.results.append(Result(name, passed, time.monotonic() - started))
        print(f"━━ {name}: {'passed' if passed else 'FAILED'} in {self.results[-1].seconds:.1f} s", flush=True)
        return passed

    def phase(self, phase: Phase) -> None:
        """One phase; its servers first."""
        if phase.on_servers and self.addresses is None and not self.timed("servers", self._start_servers):
            return
        report(phase.name).unlink(missing_ok=True)
        self.timed(phase.name, lambda: self._passes(phase) or (phase.second_try and self._passes_alone(phase)))

    def _passes_alone(self, phase: Phase) -> bool:
        """Whether the few tests that failed pass when nothing runs beside them: a slow machine is no fault. The summary names them."""
        failed = broken(phase.name)
        if not 0 < len(failed) <= SECOND_TRIES:
            return False
        print(f"━━ {phase.name}: once more, alone", *failed, sep="\n   ", flush=True)
        if not self._passes(replace(phase, command=[*phase.command, "-n", "0", "--last-failed", "--last-failed-no-failures", "none"])):
            return False
        self.unsteady += failed
        return True

    def _passes(self, phase: Phase) -> bool:
        command = [*phase.command, f"--junit-xml={report(phase.name)}", *self.arguments] if phase.is_pytest else phase.command
        process = spawn(command, cwd=ROOT, env=self._environment(phase))
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        # With arguments of a person a phase may have nothing to do; without them an empty phase is a mistake.
        return code == 0 or (phase.is_pytest and bool(self.arguments) and code == NOTHING_COLLECTED)

    def _environment(self, phase: Phase) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        added = self.addresses or {} if phase.on_servers else {}
        if phase.production:
            added = added | {"GROUPOPS_URL": "https://groupops.example.org", "SECRET_KEY": secrets.token_urlsafe(48), "DEBUG": "0"}
        # Named here because importing groupops, as this module does, has already put the product's into the environment.
        chosen = "tests.settings" if phase.is_pytest else "groupops.settings"
        return inherited | {"GROUPOPS_STATE": str(ROOT / ".cache" / "phases"), "DJANGO_SETTINGS_MODULE": chosen} | added

    def _start_servers(self) -> bool:
        """PostgreSQL with a migrated template that every worker's database is a copy of, and Redis."""
        database = self.stack.enter_context(servers.postgresql())
        template = f"{database.rpartition('/')[0]}/{TEMPLATE}"
        self.addresses = {
            "DATABASE_URL": template,
            "REDIS_URL": self.stack.enter_context(servers.redis()),
            "GROUPOPS_TEST_TEMPLATE": TEMPLATE,
        }
        connection = psycopg2.connect(database)
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {TEMPLATE}")
        connection.close()
        return self._passes(Phase("template", python("manage.py", "migrate", "--verbosity", "0"), on_servers=True))

    def summary(self) -> int:
        """Every phase with its time, and the exit code."""
        print(f"\n━━ summary {'━' * 93}")
        for result in self.results:
            print(f"   {'passed' if result.passed else 'FAILED'}  {result.name:<14}{result.seconds:7.1f} s")
        failed = [result.name for result in self.results if not result.passed]
        for name in failed:
            print(*(f"   {name}: {line}" for line in broken(name)), sep="\n")
        for line in self.unsteady:
            print(f"   unsteady, passed alone: {line}")
        total = sum(result.seconds for result in self.results)
        verdict = f"FAILED: {', '.join(failed)}" if failed else "all passed"
        print(f"   {verdict} in {total:.0f} s", flush=True)
        return 1 if failed else 0


def main() -> int:
    """Exit code 0 when every chosen phase passed, 130 when interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help=f"comma-separated phases of: {', '.join(phase.name for phase in PHASES)}")
    parser.add_argument("--quick", action="store_true", help="without Synapse")
    parser.add_argument("pytest", nargs="*", help="arguments of pytest, after --")
    options = parser.parse_args()
    wanted = (
        options.only.split(",") if options.only else [phase.name for phase in PHASES if not (options.quick and phase.name == "synapse")]
    )
    if missing := [path for path in options.pytest if "/" in path and not (ROOT / path.partition("::")[0]).exists()]:
        parser.error(f"no such test: {', '.join(missing)}")  # pytest with several workers calls that a success
    if unknown := set(wanted) - {phase.name for phase in PHASES}:
        parser.error(f"unknown phase: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the servers
    try:
        with ExitStack() as stack:
            run = Run(stack, options.pytest)
            for phase in PHASES:
                if phase.name in wanted:
                    run.phase(phase)
        return run.summary()
    except KeyboardInterrupt:
        print("\ninterrupted; the servers are stopped", file=sys.stderr)
        return 130
    except servers.Missing as missing:
        print(f"\nmissing: {missing}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
