"""The doors' clock. Policy and services never read it: they are handed `at`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """The present moment, time zone aware, in UTC."""
    return timezone.now()


def local(at: datetime, zone: str) -> datetime:
    """`at` as the wall clock of `zone` shows it."""
    return at.astimezone(ZoneInfo(zone))
