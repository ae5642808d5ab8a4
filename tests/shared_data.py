"""Data that lies beside the project, not in it: real exports, labelled texts, the seed document."""

import os
import warnings
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("GROUPOPS_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


def shared(*parts: str) -> Path:
    """The path of `parts` below ../shared; skips the test, loudly, where that is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        warnings.warn(f"SKIPPED FOR WANT OF DATA: {path} does not exist", stacklevel=2)
        pytest.skip(f"needs {path}, which is not part of the project")
    return path
