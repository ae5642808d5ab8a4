"""One wrong dotted path in a settings list, and the site refuses to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import override_settings

from groupops.shared import checks

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INBOUND_PIPELINE", ["members.inbound.resolve", "members.inbound.forgotten"]),
        ("DELIVERY_KINDS", {"post": {"guard": "content.nowhere.guard"}}),
        ("POLICIES", {"group.size": "groupops.groups.policy.__doc__"}),
        ("TODAY_SOURCES", ["nothing"]),
    ],
)
def test_a_wrong_path_is_an_error(name: str, value: object) -> None:
    """groupops.E001 names the list and the path."""
    with override_settings(**{name: value}):
        errors = checks.settings_lists(None)
    assert [error.id for error in errors] == ["groupops.E001"]
    assert name in errors[0].msg


def test_the_site_refuses_to_start(tmp_path: Path) -> None:
    """As an operator would see it: manage.py check ends with the error and a non-zero code."""
    (tmp_path / "wrong_settings.py").write_text("from groupops.settings import *\nINBOUND_PIPELINE = ['members.inbound.gone']\n")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "wrong_settings", "PYTHONPATH": str(tmp_path), "GROUPOPS_STATE": str(tmp_path)}
    result = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "groupops.E001" in result.stderr
    assert "members.inbound.gone" in result.stderr
