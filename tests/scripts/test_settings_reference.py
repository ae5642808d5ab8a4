"""docs/reference/settings.md lists every variable that the source reads, and none that it does not."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""(?:env\.\w+|environ\.get|getenv)\(\s*"([A-Z][A-Z0-9_]+)"|environ\["([A-Z][A-Z0-9_]+)"\]""")
LISTED = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.M)
APPS = ("groupops", "members", "content", "points", "moderation", "monetization")


def test_every_variable_is_documented_and_none_is_invented() -> None:
    """Names read anywhere in the product against the rows of the tables."""
    sources = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    read = {name for text in sources for pair in READ.findall(text) for name in pair if name}
    listed = set(LISTED.findall((ROOT / "docs" / "reference" / "settings.md").read_text()))
    assert sorted(read - listed) == [], "read, but not documented"
    assert sorted(listed - read) == [], "documented, but never read"
