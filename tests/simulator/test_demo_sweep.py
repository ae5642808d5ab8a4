"""The demo's sweep: at first sight somebody in each state that lasts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.shared import clock
from groupops.simulator import seeding, world
from groupops.simulator.people import HABITS, Temper
from groupops.simulator.world import ONE, Stage, World
from members.models import SweepCase, SweepRun
from members.sweeping import CaseState

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
DAYS = 78  # the sweep of the demo wants 60 known days before it looks
PASSING = {CaseState.ASKING, CaseState.REMOVING, CaseState.RESTORED}


def _small(*, end: date) -> World:
    """The two groups that are swept, as they are; the others are not needed."""
    stages = tuple(
        Stage(one.kind, one.name, one.room, 100 if one.room in ("product-1", "tech-1") else 6) for one in world.demo(end=end).stages
    )
    return World(world.DEMO, 20, end - (DAYS - 1) * ONE, DAYS, stages)


def test_somebody_in_each_state(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STATE_DIR, settings.FAKE_PLATFORM_URL = tmp_path, ""
    monkeypatch.setattr(seeding, "demo", _small)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setitem(HABITS, Temper.LURKER, replace(HABITS[Temper.LURKER], share=0.4))
    monkeypatch.setitem(HABITS, Temper.ORDINARY, replace(HABITS[Temper.ORDINARY], share=0.306))
    seeding.seed(at=NOW)
    assert set(SweepRun.objects.values_list("blocked", flat=True)) == {""}
    assert set(SweepCase.objects.values_list("state", flat=True)) == set(CaseState) - PASSING
    assert SweepCase.objects.filter(wanted_back_at__isnull=False).exists()
    before = SweepCase.objects.count()
    seeding.seed(at=NOW)
    assert SweepCase.objects.count() == before
    client = Client()
    client.force_login(User.objects.get(username="demo"))
    page = client.get(reverse("members:sweep")).content.decode()
    assert all(group.name in page for group in Group.objects.filter(sweeps__isnull=False))
