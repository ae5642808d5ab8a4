"""Every verb that a service writes into the trail has words for people."""

import ast
from collections.abc import Iterator
from pathlib import Path

from groupops.dashboard.audit_words import VERBS

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["groupops", "members", "content", "points", "moderation", "monetization"]


def written() -> Iterator[str]:
    """The literal texts of every `verb=` in the source, both branches of a conditional."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    for keyword in node.keywords:
                        if keyword.arg == "verb":
                            yield from (
                                str(part.value)
                                for part in ast.walk(keyword.value)
                                if isinstance(part, ast.Constant) and "." in str(part.value)
                            )


def test_every_verb_has_words() -> None:
    """groupops/dashboard/audit_words.py names them all."""
    assert sorted(set(written()) - set(VERBS)) == []
