"""Heartbeats, and alarms that open and close by themselves."""

from datetime import datetime
from typing import Any

from django.db import transaction

from groupops.record.models import Alarm, Heartbeat
from groupops.shared import live


def beat(*, name: str, at: datetime, **detail: Any) -> None:
    """Note that `name` lives."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "detail": detail})


def raise_alarm(
    *, key: str, severity: str, text: str, at: datetime, params: dict[str, Any] | None = None, url: str = "", group_id: int | None = None
) -> Alarm:
    """Open the alarm `key`, or bring the open one up to date; its age stays.

    `text` is an English msgid (mark it with gettext_noop), `params` fill its %(name)s: every reader reads it in their language.
    """
    said = {"severity": severity, "msgid": text[:300], "params": params or {}, "url": url, "group_id": group_id}
    with transaction.atomic():
        alarm, created = Alarm.objects.get_or_create(key=key, closed_at=None, defaults=said | {"opened_at": at})
        if not created and any(getattr(alarm, name) != value for name, value in said.items()):
            Alarm.objects.filter(pk=alarm.pk).update(**said)
            alarm.refresh_from_db()
        if created:
            live.publish(live.ALARMS)
    return alarm


def close_alarm(*, key: str, at: datetime) -> bool:
    """Close the open alarm `key`; False where none was open."""
    closed = bool(Alarm.objects.filter(key=key, closed_at=None).update(closed_at=at))
    if closed:
        live.publish(live.ALARMS)
    return closed
