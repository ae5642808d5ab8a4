"""群健康度, written: the score and reasons of every group that is not archived, judged from its daily numbers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from groupops.groups import queries
from groupops.groups.models import Group
from groupops.groups.policy import WINDOW, DayNumbers, HealthWeights, Lifecycle, Score, SizeRange, health
from groupops.shared import bulk

BATCH = 500  # groups: a handful of queries and one UPDATE each


def assess(*, at: datetime) -> int:
    """Judge all groups anew; returns how many scores or reasons changed. Running it twice changes nothing more."""
    return sum(_assess(groups, at) for groups in _batches())


def _batches() -> Iterator[list[Group]]:
    rows, last = Group.objects.exclude(lifecycle=Lifecycle.ARCHIVED).select_related("kind").order_by("pk"), 0
    while groups := list(rows.filter(pk__gt=last)[:BATCH]):
        yield groups
        last = groups[-1].pk


def _assess(groups: list[Group], at: datetime) -> int:
    users = queries.current_users()
    sizes, weights = queries.size_ranges(groups), queries.policies_for("group.health", groups)
    days = queries.day_numbers(groups, since=at.date() - timedelta(days=WINDOW))  # a day more than any zone needs
    changed = [group for group in groups if _judge(group, days[group.pk], sizes[group.pk], weights[group.pk], users, at)]
    rows = [(group.pk, group.health, group.health_reasons, at) for group in groups]
    with transaction.atomic():
        list(Group.objects.select_for_update().filter(pk__in=[row[0] for row in rows]).order_by("pk").values_list("pk"))
        bulk.update(Group, ["health", "health_reasons", "assessed_at"], rows)
    return len(changed)


def _judge(group: Group, days: list[DayNumbers], size: SizeRange, weights: HealthWeights, users: int | None, at: datetime) -> bool:
    """Put the score on the group; whether that changed anything."""
    zone = ZoneInfo(group.zone)
    today = at.astimezone(zone).date()
    age = (today - group.created_at.astimezone(zone).date()).days + 1
    window = [day for day in days if today - timedelta(days=WINDOW) < day.day <= today]
    score = health(members=group.member_count, days=window, age=age, size=size, weights=weights, reachable=_reachable(group, users))
    was = (group.health, group.health_reasons)
    group.health, group.health_reasons = _stored(score)
    return (group.health, group.health_reasons) != was


def _reachable(group: Group, users: int | None) -> int | None:
    """Only users of the product join its user group; the other kinds draw on everybody."""
    return users if group.kind.slug == "product" else None


def _stored(score: Score | None) -> tuple[int | None, list[dict[str, object]]]:
    return (score.score, [reason.as_json() for reason in score.reasons]) if score else (None, [])
