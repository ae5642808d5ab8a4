"""The locked requirements: a hash for every file, no registry's address, one version of each package."""

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
PINNED = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.M)


def versions(lock: str) -> dict[str, str]:
    """What a lock pins."""
    return dict(PINNED.findall((REQUIREMENTS / lock).read_text()))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_package_has_hashes_and_no_address(lock: Path) -> None:
    """pip and uv would otherwise trust whatever a mirror gives."""
    text = lock.read_text()
    packages = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    assert [package.splitlines()[0] for package in packages if package.strip() and "--hash=sha256:" not in package] == []
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("part", ["base.txt", "build.txt"])
def test_development_has_the_versions_that_run(part: str) -> None:
    """Tests of other versions than those installed would prove nothing."""
    dev = versions("dev.txt")
    assert {name: dev.get(name) for name in versions(part)} == versions(part)


@pytest.mark.parametrize("source", sorted(REQUIREMENTS.glob("*.in")), ids=lambda path: path.stem)
def test_every_wish_says_why_and_is_locked(source: Path) -> None:
    """A comment on its line or above it; the lock has it."""
    locked = versions(f"{source.stem}.txt")
    lines = [line for line in source.read_text().splitlines() if line.strip() and not line.startswith(("#", "-"))]
    names = [re.split(r"[\[<>=~;\s]", line)[0].lower() for line in lines]
    assert [name for name in names if name not in locked] == []
    assert source.read_text().startswith("#")
