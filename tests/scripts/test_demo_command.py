"""What script/demo answers before it installs or starts anything."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody else listens on; also what keeps these tests from a real start."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """script/demo from another folder, with nothing to read."""
    return subprocess.run(
        [ROOT / "script" / "demo", *arguments], cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_taken_port_is_named(taken_port: int, tmp_path: Path) -> None:
    """Which port, and what to type instead; nothing was made."""
    done = demo("--port", str(taken_port), "--state", str(tmp_path / "state"))
    assert done.returncode == 1
    assert f"Port {taken_port} is taken" in done.stderr
    assert "script/demo --port" in done.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("arguments", [["--port", "http"], ["--port", "80"], ["--port"], ["--state="]])
def test_a_wrong_value_is_refused(arguments: list[str]) -> None:
    """With a sentence, not with a traceback."""
    done = demo(*arguments)
    assert done.returncode == 1
    assert "wants a" in done.stderr


def test_an_unknown_option_shows_the_usage() -> None:
    """Exit code 2, as usual."""
    done = demo("--everything")
    assert (done.returncode, done.stderr.startswith("usage: script/demo")) == (2, True)


def test_reset_spares_a_folder_that_no_demo_made(tmp_path: Path) -> None:
    """Somebody's photographs, or a real installation."""
    (tmp_path / "secret.key").write_text("secret")
    (tmp_path / "groupops.sqlite3").write_text("people")
    done = demo("--reset", "--state", str(tmp_path), "--port", "64999")
    assert done.returncode == 1
    assert "was not made by script/demo" in done.stderr
    assert (tmp_path / "groupops.sqlite3").read_text() == "people"
