"""The nightly judgement: once a group and local day, set-based, all or nothing for a batch of groups."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, DateField, Max, OuterRef, Subquery

from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.shared import bulk
from members.models import Membership, TierChange, TierNight
from members.tiering import Tier
from members.tiers import care, statement
from members.tiers.given import Given, given, last_day

BATCH = 2000  # groups in one transaction
_MEMBERS, _CHANGES = Membership._meta.db_table, TierChange._meta.db_table
_VERDICTS = "tier_verdicts"  # a temporary table: what the night found, until it is written


def judge(*, at: datetime) -> int:
    """Judge every group whose day has ended and was not judged yet; returns how many members moved. Running it again changes nothing."""
    return sum(_night(rows, at) for rows in _due(at))


def _due(at: datetime) -> Iterator[Sequence[Group]]:
    """The groups whose night is due, part by part. Sandboxes have no tiers: their people do not exist."""
    judged = TierNight.objects.filter(group=OuterRef("pk")).order_by().values("group").annotate(last=Max("day")).values("last")
    rows = Group.objects.filter(sandbox=False).exclude(lifecycle=Lifecycle.ARCHIVED)
    rows = rows.annotate(last=Subquery(judged, output_field=DateField())).only("pk", "kind_id", "zone").order_by("pk")
    due = [group for group in rows if group.last is None or group.last < last_day(group.zone, at)]
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


@transaction.atomic
def _night(rows: Sequence[Group], at: datetime) -> int:
    """One transaction: the marks of the nights first, so that of two workers the second waits, and then finds nothing to do."""
    nights = {night.group_id: night for night in given(rows, at)}
    marks = [TierNight(group_id=night.group_id, day=night.day, at=at, is_judged=night.heard_lately) for night in nights.values()]
    TierNight.objects.bulk_create(marks, ignore_conflicts=True)
    mine = TierNight.objects.filter(at=at, group__in=nights, day__in={night.day for night in nights.values()})
    own = {mark.group_id: mark for mark in mine if mark.day == nights[mark.group_id].day}
    heard = [nights[pk] for pk, mark in own.items() if mark.is_judged]
    moved = _moved(heard, at) if heard else {}
    care.propose(nights=heard, at=at)
    silent = [pk for pk, mark in own.items() if not mark.is_judged]
    # A grace does not run while nothing is heard.
    Membership.objects.filter(group__in=silent, tier_below_since__isnull=False).update(tier_below_since=None)
    _shaped(own, moved)
    return sum(moved.values())


def _moved(nights: Sequence[Given], at: datetime) -> dict[int, int]:
    """Write the verdicts; returns how many moved, by group. A member whom a person moved meanwhile stays as the person said."""
    sql, values = statement.verdicts(nights)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {_VERDICTS} AS {sql}", values)
        cursor.execute(
            f"UPDATE {_MEMBERS} SET tier = v.tier, tier_below_since = v.below,"  # noqa: S608  (our own names)
            " tier_since = CASE WHEN v.tier = v.was THEN tier_since ELSE v.day END, tier_score = v.score,"
            " tier_locked_until = CASE WHEN v.is_unlocked = 1 THEN NULL ELSE tier_locked_until END,"
            " tier_lock_reason = CASE WHEN v.is_unlocked = 1 THEN '' ELSE tier_lock_reason END,"
            " tier_locked_by_id = CASE WHEN v.is_unlocked = 1 THEN NULL ELSE tier_locked_by_id END"
            f" FROM {_VERDICTS} v WHERE {_MEMBERS}.id = v.id AND {_MEMBERS}.tier = v.was"
            f" AND ({_MEMBERS}.tier_locked_until IS NULL OR {_MEMBERS}.tier_locked_until < v.day)"
        )
        cursor.execute(
            f"INSERT INTO {_CHANGES} (membership_id, group_id, day, at, was, tier, score, why, note, by_id)"  # noqa: S608  (our own names)
            " SELECT v.id, v.group_id, v.day, %s, v.was, v.tier, v.score, v.why, '', NULL"
            f" FROM {_VERDICTS} v JOIN {_MEMBERS} m ON m.id = v.id AND m.tier = v.tier AND m.tier_locked_until IS NULL WHERE v.why <> ''"
            " ORDER BY v.id",
            [_moment(at)],
        )
        cursor.execute(f"SELECT group_id, COUNT(*) FROM {_VERDICTS} WHERE tier <> was GROUP BY group_id")  # noqa: S608  (our own names)
        moved = dict(cursor.fetchall())
        cursor.execute(f"DROP TABLE {_VERDICTS}")
    return moved


def _moment(at: datetime) -> Any:
    return TierChange._meta.get_field("at").get_db_prep_value(at, connection=connection)


def _shaped(own: dict[int, TierNight], moved: dict[int, int]) -> None:
    """The shape of each group after its night."""
    counts = (
        Membership.objects.filter(group__in=own, left_at=None, same_as=None).order_by().values_list("group", "tier").annotate(n=Count("pk"))
    )
    shapes: dict[int, dict[str, int]] = {}
    for group, tier, n in counts:
        shapes.setdefault(group, {})[tier] = n
    rows = [
        (mark.pk, moved.get(pk, 0), *(shapes.get(pk, {}).get(tier, 0) for tier in [*Tier.values, ""])) for pk, mark in sorted(own.items())
    ]
    bulk.update(TierNight, ["moved", *Tier.values, "unknown"], rows)
