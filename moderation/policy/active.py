"""When a rule looks, and at what it does not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

FRESH = timedelta(hours=1)  # what was told so late belongs to a history: it is no flood and no quarrel of now


def is_active(at: datetime, zone: str, *, starts_at: datetime | None, ends_at: datetime | None, from_hour: int, until_hour: int) -> bool:
    """Whether a rule looks at what was said at `at`, by the wall clock of the group. Equal hours: all day; from 22 until 7: over night."""
    if (starts_at and at < starts_at) or (ends_at and at >= ends_at):
        return False
    hour = at.astimezone(ZoneInfo(zone)).hour
    if from_hour == until_hour:
        return True
    return from_hour <= hour < until_hour if from_hour < until_hour else hour >= from_hour or hour < until_hour


def is_labelled(text: str, labels: str) -> bool:
    """Whether a text bears one of the labels (comma-separated, as [推广]) for which a rule does not look."""
    return any(label.strip() and label.strip() in text for label in labels.replace("，", ",").split(","))
