"""Sandboxes: as the page makes them, or the bare row."""

from datetime import UTC, datetime
from typing import Any

from groupops.accounts.models import User
from groupops.groups.models import Group, Kind
from groupops.shared import secretbox
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import services as sandboxes
from tests.factories.messaging import BindingFactory, ConnectionFactory

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


def opened(by: User, at: datetime = MONDAY, **values: Any) -> Sandbox:
    """As the page opens one, of the tech kind."""
    return sandboxes.create(**{"name": "试验田", "kind": Kind.objects.get(slug="tech"), "by": by, "at": at} | values)


def bare(group: Group, by: User, at: datetime = MONDAY) -> Sandbox:
    """The row of a group that was marked as a sandbox's, with a channel whose folder is empty."""
    group.sandbox = True
    group.save(update_fields=["sandbox"])
    account = {"account": "groupops", "folder": f"bare-{group.pk}", "clock": ""}
    connection = ConnectionFactory(adapter="sandbox", sealed=secretbox.seal(account))
    BindingFactory(group=group, connection=connection)
    return Sandbox.objects.create(name="沙盒", group=group, connection=connection, clock=at, opened_at=at, created_at=at, by=by)
