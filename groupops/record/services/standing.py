"""Alarms of a family, brought to what is the case now: what a look over everything found, in a constant number of statements."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from groupops.record.models import Alarm
from groupops.shared import live


@dataclass(frozen=True)
class Standing:
    """An alarm that should be open: what `raise_alarm` takes."""

    key: str
    severity: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    group_id: int | None = None


def keep_alarms(*, family: str, wanted: Collection[Standing], at: datetime) -> tuple[int, int]:
    """Open what is wanted and not open, close what is open and no longer wanted, of the keys that begin with `family`.

    Returns how many were opened and closed. One that stays keeps its words and its age.
    """
    keys = {one.key for one in wanted}
    with transaction.atomic():
        standing = dict(Alarm.objects.filter(closed_at=None, key__startswith=family).values_list("key", "pk"))
        over = [pk for key, pk in standing.items() if key not in keys]
        new = [_row(one, at) for one in wanted if one.key not in standing]
        closed = Alarm.objects.filter(pk__in=over, closed_at=None).update(closed_at=at) if over else 0
        if new:
            Alarm.objects.bulk_create(new, ignore_conflicts=True)  # of two lookers one opens it
        if new or closed:
            live.publish(live.ALARMS)
    return len(new), closed


def _row(one: Standing, at: datetime) -> Alarm:
    return Alarm(
        key=one.key, severity=one.severity, msgid=one.text[:300], params=one.params, url=one.url, group_id=one.group_id, opened_at=at
    )
