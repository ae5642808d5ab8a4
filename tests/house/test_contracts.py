"""The walls of the house hold: deliberate violations are caught, so a green contract check means something."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["groupops", "members", "content", "points", "moderation", "monetization"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source that may be spoiled."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts over a house."""
    program = Path(sys.executable).parent / "lint-imports"
    wide = os.environ | {"COLUMNS": "300"}  # a wrapped name would not be found
    return subprocess.run([program, "--no-cache"], cwd=house, env=wide, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("groupops/groups/access.py", "import members.models", "App order"),
        ("content/policy/rule.py", "import content.models", "Policy decides"),
        ("content/services/planning.py", "import groupops.messaging.adapters.memory", "Only the registry imports adapters"),
        ("members/queries.py", "import members.services", "Order inside an app"),
        ("members/services.py", "import groupops.shared.clock", "Services take the time"),
        ("groupops/messaging/adapters/assisted.py", "import groupops.messaging.models", "adapters know no models"),
    ],
)
def test_a_violation_is_caught(house: Path, file: str, line: str, broken: str) -> None:
    """Each wall, breached once, names itself."""
    path = house / file
    original = path.read_text()
    path.write_text(original + f"\n{line}\n")
    try:
        result = lint(house)
    finally:
        path.write_text(original)
    assert result.returncode != 0
    assert any("BROKEN" in row and broken in row for row in result.stdout.splitlines()), result.stdout


def test_the_untouched_house_keeps_every_contract(house: Path) -> None:
    """Without a violation nothing is broken."""
    result = lint(house)
    assert result.returncode == 0, result.stdout
