"""One wrong dotted path in a settings list, and the site refuses to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from groupops.celery import app
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


def test_beat_rings_only_for_tasks_that_a_worker_knows() -> None:
    """A function without @shared_task is no task: workers throw its ring away, and nothing of it ever happens."""
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks) == set()
