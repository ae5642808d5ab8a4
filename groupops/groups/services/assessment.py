"""群健康度, written: the score and reasons of every group that is not archived, judged from its daily numbers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
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
    firsts = queries.first_days(groups)
    facts = {group.pk: _Facts(days[group.pk], firsts[group.pk], sizes[group.pk], weights[group.pk]) for group in groups}
    changed = [group for group in groups if _judge(group, facts[group.pk], users, at)]
    rows = [(group.pk, group.health, group.health_reasons, at) for group in groups]
    with transaction.atomic():
        list(Group.objects.select_for_update().filter(pk__in=[row[0] for row in rows]).order_by("pk").values_list("pk"))
        bulk.update(Group, ["health", "health_reasons", "assessed_at"], rows)
    return len(changed)


class _Facts(NamedTuple):
    """What one group is judged by."""

    days: list[DayNumbers]
    first: date | None
    size: SizeRange
    weights: HealthWeights


def _judge(group: Group, facts: _Facts, users: int | None, at: datetime) -> bool:
    """Put the score on the group; whether that changed anything."""
    zone = ZoneInfo(group.zone)
    today = at.astimezone(zone).date()
    score = health(
        members=group.member_count,
        days=[day for day in facts.days if today - timedelta(days=WINDOW) < day.day <= today],
        age=_age(group.created_at.astimezone(zone).date(), today),
        heard=_age(facts.first, today) if facts.first else 0,
        size=facts.size,
        weights=facts.weights,
        reachable=_reachable(group, users),
    )
    was = (group.health, group.health_reasons)
    group.health, group.health_reasons = _stored(score)
    return (group.health, group.health_reasons) != was


def _age(first: date, today: date) -> int:
    return (today - first).days + 1


def _reachable(group: Group, users: int | None) -> int | None:
    """Only users of the product join its user group; the other kinds draw on everybody."""
    return users if group.kind.slug == "product" else None


def _stored(score: Score | None) -> tuple[int | None, list[dict[str, object]]]:
    return (score.score, [reason.as_json() for reason in score.reasons]) if score else (None, [])
