"""After a real room was replayed, the preview lists exactly those silent for 90 days, by a computation of its own from the file."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from members.models import Membership, SweepCase, SweepRun
from members.sweep import services as sweeping
from members.sweeping import CaseState
from tests.factories.accounts import operator
from tests.factories.messaging import BindingFactory
from tests.factories.sweep import ruled, silent
from tests.shared_data import shared

pytestmark = pytest.mark.django_db


def test_the_preview_equals_the_file() -> None:
    path, room = shared("data", "replay", "gitter_room.jsonl"), BindingFactory()
    call_command("replay", str(path), connection=room.connection.name, group=room.group.name)
    spoke: dict[str, datetime] = {}
    came: dict[str, datetime] = {}
    for line in path.open():
        event = json.loads(line)
        at = datetime.fromisoformat(event["t"])
        came.setdefault(event.get("user", ""), at)
        if event["kind"] == "message":
            spoke[event["user"]] = max(spoke.get(event["user"], at), at)
    end = max(spoke.values()) + timedelta(hours=1)
    expected = {user for user, at in spoke.items() if end - at > timedelta(days=90)}
    assert 0 < len(expected) < len(spoke)

    ruled(room.group)
    unknown = silent(room.group, last_spoke_at=None, joined_at=end - timedelta(days=300))
    run = sweeping.start(group=room.group, by=operator(), at=end)
    assert run.blocked == ""
    found = SweepCase.objects.filter(run=run).select_related("membership__person")
    assert {case.membership.person.remote_id for case in found} == expected
    assert all(case.last_spoke_at == spoke[case.membership.person.remote_id] for case in found)
    new = {user for user in expected if end - came[user] < timedelta(days=30)}
    assert {case.membership.person.remote_id for case in found if case.state == CaseState.EXEMPT} == new
    assert not found.filter(membership=unknown).exists()
    assert SweepRun.objects.get().unknown == Membership.objects.filter(last_spoke_at=None).count()
