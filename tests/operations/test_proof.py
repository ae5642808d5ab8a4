"""Rows of the proof: each under its own heading, whatever stands behind it."""

from pathlib import Path

from groupops.operations import proof


def add(page: Path, heading: str, *cells: object) -> None:
    """One row of a table with two columns."""
    proof.add_row(page, heading=heading, introduction="Why.", columns=("lost", "doubled"), cells=cells)


def test_rows_stand_under_their_heading(tmp_path: Path) -> None:
    page = tmp_path / "proof.md"
    add(page, "## One", 1, 2)
    add(page, "## Two", 3, 4)
    add(page, "## One", 5, 6)
    text = page.read_text()
    assert text.startswith(
        "# Proof under fire\n\n## One\n\nWhy.\n\n| when (UTC) | commit | machine | lost | doubled |\n|---|---|---|---|---|\n"
    )
    one, two = text.split("## Two")
    assert [line.split("|")[-3:-1] for line in one.splitlines()[-2:] if line] == [[" 5 ", " 6 "]]
    assert "| 1 | 2 |\n" in one
    assert "| 3 | 4 |\n" in two
    assert two.endswith("|\n")
