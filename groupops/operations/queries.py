"""Reads of the machine's state."""

from datetime import datetime

from django.db import Error

from groupops.operations.policy import Health
from groupops.record.models import Heartbeat


def health(*, at: datetime) -> Health:
    """What lives at this moment. A database that does not answer is a finding, not an exception."""
    try:
        return Health(at=at, database=True, heartbeats=dict(Heartbeat.objects.values_list("name", "at")))
    except Error:
        return Health(at=at, database=False)
