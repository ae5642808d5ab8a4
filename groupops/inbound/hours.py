"""The hours of the week from the events that are kept: for messages that came before hours were counted."""

from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from groupops.groups.models import Group, GroupHour
from groupops.inbound.models import EventState, StoredEvent
from groupops.messaging.adapter import EventKind

_HOURS = GroupHour._meta.db_table


def count_anew(group: Group) -> int:
    """Raise a group's hours to what its kept events say; returns how many hours were wrong. Running it again changes nothing.

    One statement, so that messages which come in meanwhile are neither missed nor counted twice. What events no longer tell, because
    they were deleted, stays as it was counted.
    """
    counted, values = _counted(group).query.sql_with_params()
    statement = f"""
        WITH counted (day, hour, n) AS ({counted})
        INSERT INTO {_HOURS} (group_id, day, hour, messages)
        SELECT %s, c.day, c.hour, c.n - COALESCE(h.messages, 0)
        FROM counted c LEFT JOIN {_HOURS} h ON h.group_id = %s AND h.day = c.day AND h.hour = c.hour
        WHERE c.n > COALESCE(h.messages, 0)
        ON CONFLICT (group_id, day, hour) DO UPDATE SET messages = {_HOURS}.messages + excluded.messages
        RETURNING id
    """  # noqa: S608  (our own names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [*values, group.pk, group.pk])
        return len(cursor.fetchall())


def _counted(group: Group) -> QuerySet[StoredEvent, tuple[object, ...]]:
    """What members.inbound.count counts: understood messages of somebody, by the hour of the group's own clock."""
    zone = ZoneInfo(group.zone)
    rows = StoredEvent.objects.filter(group=group, kind=EventKind.MESSAGE, state=EventState.DONE, person_id__isnull=False).order_by()
    hours = rows.annotate(local_day=TruncDate("occurred_at", tzinfo=zone), local_hour=ExtractHour("occurred_at", tzinfo=zone))
    return hours.values("local_day", "local_hour").annotate(n=Count("pk")).values_list("local_day", "local_hour", "n")
