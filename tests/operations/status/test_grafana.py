"""The dashboard asks for metrics that there are."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from groupops.operations.doctor import services as doctor
from groupops.operations.models import BackupProof
from groupops.operations.status.metrics import Gauges
from groupops.shared import clock
from tests.factories.messaging import ConnectionFactory

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.django_db
def test_every_expression_names_a_metric(client: Client) -> None:
    """In the dashboard and in the how-to. A request is what loads the counters of requests."""
    now = clock.now()
    client.get("/health/live")
    ConnectionFactory()
    doctor.examine(at=now)
    BackupProof.objects.create(path="x", made_at=now, key="k", rows=1, size=1, seconds=1, proven_at=now, restore_seconds=1)
    registry = CollectorRegistry()
    registry.register(Gauges(now))
    told = (generate_latest(registry) + generate_latest(REGISTRY)).decode()
    panels = json.loads((ROOT / "deploy/grafana.json").read_text())["panels"]
    asked = " ".join(target["expr"] for panel in panels for target in panel["targets"])
    asked += (ROOT / "docs/how-to/watch.md").read_text()
    wanted = set(re.findall(r"\b(?:groupops|django)_[a-z_]+[a-z]", asked)) - {"django_prometheus"}
    assert len(wanted) > 12
    assert {name for name in wanted if not re.search(rf"^# (?:HELP|TYPE) {name.removesuffix('_bucket')}", told, re.MULTILINE)} == set()
