"""The rule of members.tiering as SQL over all members of many groups at once, for PostgreSQL and SQLite.

tests/members/tiers/test_nights.py holds it against the pure functions, on both databases.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from groupops.groups.models import Group
from members.models import DailyActivity, Membership
from members.tiering import BY_RANK, Did
from members.tiers.given import WEIGHTS, Given

_COLUMNS = {
    "group_id": "bigint",
    "shape": "integer",
    "day": "date",
    "start": "date",
    "cut": "date",
    "known_before": "timestamp",
    **dict.fromkeys((f"{what}_{n}" for what in ("gain", "hold") for n in (1, 2, 3)), "integer"),
}
MOST = 2  # half of all groups
_MEMBERS, _ACTIVITY = Membership._meta.db_table, DailyActivity._meta.db_table
# Of two stays that are one human only the one that counts is judged.
_PRESENT = "m.group_id = g.group_id AND m.left_at IS NULL AND m.same_as_id IS NULL"
# The stays of a human with two identities or more in a group, the one that counts among them, by that one. Merges of merges lead on.
_OWN = (
    f"SELECT same_as_id AS head, id FROM {_MEMBERS} WHERE same_as_id IS NOT NULL"  # noqa: S608  (our own names)
    f" UNION SELECT same_as_id, same_as_id FROM {_MEMBERS} WHERE same_as_id IS NOT NULL"
    f" UNION SELECT m.same_as_id, own.id FROM own JOIN {_MEMBERS} m ON m.id = own.head WHERE m.same_as_id IS NOT NULL"
)
# What such a human did, day by day.
_JOINED = (
    f"SELECT own.head AS id, g.shape, {', '.join(f'CAST(SUM(a.{name}) AS integer) AS {name}' for name in Did._fields)}"  # noqa: S608
    f" FROM own JOIN {_MEMBERS} m ON m.id = own.head JOIN given g ON {_PRESENT}"
    f" JOIN {_ACTIVITY} a ON a.membership_id = own.id AND a.day BETWEEN g.start AND g.day GROUP BY own.head, g.shape, a.day"
)
_RANK = " ".join(f"WHEN '{tier.value}' THEN {rank}" for rank, tier in enumerate(BY_RANK))
_TIER = " ".join(f"WHEN {rank} THEN '{tier.value}'" for rank, tier in enumerate(BY_RANK))


class Shape(NamedTuple):
    """What makes a score of a member's days: which of them count, and what they weigh."""

    start: date
    day: date
    per_day: int
    per_message: int
    messages_a_day: int
    per_reply: int
    replies_a_day: int
    per_contribution: int


class Statement(NamedTuple):
    """SQL and its parameters."""

    sql: str
    values: list[Any]


def verdicts(nights: Iterable[Given], *, at_once: bool = False, everybody: bool = False) -> Statement:
    """A SELECT of those whom the night changes: id, group_id, day, was, tier, score, below, why, is_unlocked.

    `at_once` leaves the grace out, `everybody` adds those whom it leaves as they are (why is then ""). Where nobody in these groups has
    two stays, nothing of the statement asks for them.
    """
    found = list(nights)
    shapes: dict[Shape, list[int]] = {}
    for night in found:
        shapes.setdefault(_shape(night), []).append(night.group_id)
    numbers = {shape: number for number, shape in enumerate(shapes)}
    rows = json.dumps([{"shape": numbers[_shape(night)], **night.as_row(at_once=at_once)} for night in found])
    merged = Membership.objects.filter(same_as__isnull=False, group__in=[night.group_id for night in found]).exists()
    joined = f"own AS ({_OWN}), joined AS ({_JOINED}), " if merged else ""
    changed = "" if everybody else f" WHERE to_rank <> rank OR is_unlocked = 1 OR below {_differs()} was_below"
    return Statement(
        # Not materialized, or PostgreSQL would join on one processor alone.
        f"WITH{' RECURSIVE' if merged else ''} given AS NOT MATERIALIZED ({_given()}), {joined}"  # noqa: S608  (our own names)
        f"summed AS ({_summed(shapes, merged=merged)}), scored AS ({_scored()}), standing AS ({_standing()}), judged AS ({_judged()}) "
        f"SELECT id, group_id, day, was, CASE to_rank {_TIER} ELSE '' END AS tier, score, below, is_unlocked, "
        "CASE WHEN is_unlocked = 1 THEN 'unlock' WHEN to_rank = rank THEN '' WHEN rank = -1 THEN 'first' "
        f"WHEN to_rank > rank THEN 'rose' ELSE 'fell' END AS why FROM judged{changed}",
        [rows],
    )


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _differs() -> str:
    return "IS DISTINCT FROM" if _is_postgresql() else "IS NOT"


def _once() -> str:
    """Behind a SELECT whose columns the next one names several times: PostgreSQL would work them out each time."""
    return " OFFSET 0" if _is_postgresql() else ""


def _given() -> str:
    if _is_postgresql():
        columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        return f"SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given ({columns})"  # noqa: S608  (our own names)
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _COLUMNS)
    return f"SELECT {picked} FROM json_each(%s)"  # noqa: S608  (our own names)


def _shape(night: Given) -> Shape:
    return Shape(night.start, night.day, *(getattr(night.rule, name) for name in WEIGHTS))


def _summed(shapes: Mapping[Shape, Sequence[int]], *, merged: bool) -> str:
    """The score of everybody who did anything, under each shape: one for all groups of a zone, unless rules differ in what a day counts."""
    whole = Group.objects.count()
    parts = [_sums(number, shape, groups, whole, merged=merged) for number, (shape, groups) in enumerate(shapes.items())]
    if merged:  # of a human with several stays, of their days together
        parts += [
            f"SELECT {number} AS shape, a.id, {_points(shape)} FROM joined a WHERE a.shape = {number} GROUP BY a.id"  # noqa: S608  (our own)
            for number, shape in enumerate(shapes)
        ]
    return " UNION ALL ".join(parts or ["SELECT 0 AS shape, 0 AS id, 0 AS score WHERE 1 = 0"])  # of no night there is nothing


def _sums(number: int, shape: Shape, groups: Sequence[int], whole: int, *, merged: bool) -> str:
    """One shape of those with one stay. Where it is of most groups, everybody's days are read: asking whose they are takes longer."""
    within = "" if len(groups) * MOST >= whole else f" JOIN {_MEMBERS} m ON m.id = a.membership_id AND m.group_id IN ({_list(groups)})"
    but = " AND a.membership_id NOT IN (SELECT head FROM own)" if merged else ""
    return (
        f"SELECT {number} AS shape, a.membership_id AS id, {_points(shape)} FROM {_ACTIVITY} a{within}"  # noqa: S608  (our own names)
        f" WHERE a.day BETWEEN '{shape.start}' AND '{shape.day}'{but} GROUP BY a.membership_id"
    )


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _points(shape: Shape) -> str:
    """members.tiering.points, summed."""
    least = "LEAST" if _is_postgresql() else "MIN"
    return (
        f"SUM(CASE WHEN a.messages > 0 THEN {shape.per_day} ELSE 0 END + {shape.per_message} * {least}(a.messages, {shape.messages_a_day})"
        f" + {shape.per_reply} * {least}(a.replies, {shape.replies_a_day}) + {shape.per_contribution} * a.contributions) AS score"
    )


def _scored() -> str:
    """Everybody who is there, with the score and the night's numbers."""
    return (
        "SELECT m.id, m.tier AS was, m.tier_below_since AS was_below, m.joined_at, m.tier_locked_until AS locked_until,"  # noqa: S608
        " COALESCE(s.score, 0) AS score, g.*"
        f" FROM given g JOIN {_MEMBERS} m ON {_PRESENT} LEFT JOIN summed s ON s.id = m.id AND s.shape = g.shape{_once()}"
    )


def _standing() -> str:
    """What the score earns and holds (members.tiering.earned, held), as ranks."""
    steps = (3, 2, 1)
    gained = " ".join(f"WHEN score >= gain_{n} THEN {n}" for n in steps)
    kept = " ".join(f"WHEN score >= hold_{n} THEN {n}" for n in steps)
    known = "(known_before AT TIME ZONE 'UTC')" if _is_postgresql() else "known_before"
    return (
        f"SELECT id, group_id, day, cut, was, was_below, score, CASE was {_RANK} ELSE -1 END AS rank,"  # noqa: S608  (our own names)
        f" CASE {gained} ELSE 0 END AS gained, CASE {kept} ELSE 0 END AS kept,"
        f" CASE WHEN joined_at < {known} THEN 1 ELSE 0 END AS is_known,"
        " CASE WHEN locked_until >= day THEN 1 ELSE 0 END AS is_locked, CASE WHEN locked_until < day THEN 1 ELSE 0 END AS is_unlocked"
        f" FROM scored{_once()}"
    )


def _judged() -> str:
    """members.tiering.judge; a locked one stays, and begins a grace anew when the lock ends."""
    over = "COALESCE(was_below, day) <= cut"
    stays = "is_locked = 1 OR rank = -1 OR gained > rank OR kept >= rank"
    return (
        "SELECT standing.*, CASE WHEN is_locked = 1 THEN rank"  # noqa: S608  (our own names)
        " WHEN rank = -1 AND gained = 0 AND is_known = 0 THEN -1 WHEN gained > rank THEN gained WHEN kept >= rank THEN rank"
        f" WHEN {over} THEN kept ELSE rank END AS to_rank,"
        f" CASE WHEN {stays} OR {over} THEN NULL ELSE COALESCE(was_below, day) END AS below FROM standing{_once()}"
    )
