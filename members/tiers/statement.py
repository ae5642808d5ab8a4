"""The rule of members.tiering as SQL over all members of many groups at once, for PostgreSQL and SQLite.

tests/members/tiers/test_nights.py holds it against the pure functions, on both databases.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from members.models import DailyActivity, Membership
from members.tiering import BY_RANK, Did
from members.tiers.given import WEIGHTS, Given

_COLUMNS = {
    "group_id": "bigint",
    "day": "date",
    "start": "date",
    "cut": "date",
    "known_before": "timestamp",
    **dict.fromkeys([*WEIGHTS, *(f"{what}_{n}" for what in ("gain", "hold") for n in (1, 2, 3))], "integer"),
}
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
    f"SELECT own.head AS id, m.group_id, {', '.join(f'CAST(SUM(a.{name}) AS integer) AS {name}' for name in Did._fields)}"  # noqa: S608
    f" FROM own JOIN {_MEMBERS} m ON m.id = own.head JOIN given g ON {_PRESENT}"
    f" JOIN {_ACTIVITY} a ON a.membership_id = own.id AND a.day BETWEEN g.start AND g.day GROUP BY own.head, m.group_id, a.day"
)
_RANK = " ".join(f"WHEN '{tier.value}' THEN {rank}" for rank, tier in enumerate(BY_RANK))
_TIER = " ".join(f"WHEN {rank} THEN '{tier.value}'" for rank, tier in enumerate(BY_RANK))


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
    rows = json.dumps([night.as_row(at_once=at_once) for night in found])
    merged = Membership.objects.filter(same_as__isnull=False, group__in=[night.group_id for night in found]).exists()
    joined = f"own AS ({_OWN}), joined AS ({_JOINED}), " if merged else ""
    changed = "" if everybody else f" WHERE to_rank <> rank OR is_unlocked = 1 OR below {_differs()} was_below"
    return Statement(
        # Not materialized, or PostgreSQL would join on one processor alone.
        f"WITH{' RECURSIVE' if merged else ''} given AS NOT MATERIALIZED ({_given()}), {joined}"  # noqa: S608  (our own names)
        f"scored AS ({_alone(merged=merged)}{_together() if merged else ''}), standing AS ({_standing()}), judged AS ({_judged()}) "
        f"SELECT id, group_id, day, was, CASE to_rank {_TIER} ELSE '' END AS tier, score, below, is_unlocked, "
        "CASE WHEN is_unlocked = 1 THEN 'unlock' WHEN to_rank = rank THEN '' WHEN rank = -1 THEN 'first' "
        f"WHEN to_rank > rank THEN 'rose' ELSE 'fell' END AS why FROM judged{changed}",
        [rows],
    )


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _differs() -> str:
    return "IS DISTINCT FROM" if _is_postgresql() else "IS NOT"


def _given() -> str:
    if _is_postgresql():
        columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        return f"SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given ({columns})"  # noqa: S608  (our own names)
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _COLUMNS)
    return f"SELECT {picked} FROM json_each(%s)"  # noqa: S608  (our own names)


def _alone(*, merged: bool) -> str:
    """The points of everybody who did anything (members.tiering.points) and has one stay."""
    but = " WHERE m.id NOT IN (SELECT head FROM own)" if merged else ""
    return (
        f"SELECT a.membership_id AS id, {_points('a')} AS score FROM given g JOIN {_MEMBERS} m ON {_PRESENT}"  # noqa: S608  (our own names)
        f" JOIN {_ACTIVITY} a ON a.membership_id = m.id AND a.day BETWEEN g.start AND g.day{but} GROUP BY a.membership_id"
    )


def _together() -> str:
    """Of a human with several stays, of their days together."""
    return f" UNION ALL SELECT j.id, {_points('j')} FROM joined j JOIN given g ON g.group_id = j.group_id GROUP BY j.id"  # noqa: S608


def _points(did: str) -> str:
    least = "LEAST" if _is_postgresql() else "MIN"
    return (
        f"SUM(CASE WHEN {did}.messages > 0 THEN g.per_day ELSE 0 END + g.per_message * {least}({did}.messages, g.messages_a_day)"
        f" + g.per_reply * {least}({did}.replies, g.replies_a_day) + g.per_contribution * {did}.contributions)"
    )


def _standing() -> str:
    """Everybody who is there, with what the score earns and holds (members.tiering.earned, held), as ranks."""
    score, steps = "COALESCE(s.score, 0)", (3, 2, 1)
    gained = " ".join(f"WHEN {score} >= g.gain_{n} THEN {n}" for n in steps)
    kept = " ".join(f"WHEN {score} >= g.hold_{n} THEN {n}" for n in steps)
    known = "(g.known_before AT TIME ZONE 'UTC')" if _is_postgresql() else "g.known_before"
    return (
        f"SELECT m.id, m.group_id, g.day, g.cut, m.tier AS was, m.tier_below_since AS was_below, {score} AS score,"  # noqa: S608  (our own names)
        f" CASE m.tier {_RANK} ELSE -1 END AS rank, CASE {gained} ELSE 0 END AS gained, CASE {kept} ELSE 0 END AS kept,"
        f" CASE WHEN m.joined_at < {known} THEN 1 ELSE 0 END AS is_known,"
        " CASE WHEN m.tier_locked_until >= g.day THEN 1 ELSE 0 END AS is_locked,"
        " CASE WHEN m.tier_locked_until < g.day THEN 1 ELSE 0 END AS is_unlocked"
        f" FROM given g JOIN {_MEMBERS} m ON {_PRESENT} LEFT JOIN scored s ON s.id = m.id"
    )


def _judged() -> str:
    """members.tiering.judge; a locked one stays, and begins a grace anew when the lock ends."""
    over = "COALESCE(was_below, day) <= cut"
    stays = "is_locked = 1 OR rank = -1 OR gained > rank OR kept >= rank"
    return (
        "SELECT standing.*, CASE WHEN is_locked = 1 THEN rank"  # noqa: S608  (our own names)
        " WHEN rank = -1 AND gained = 0 AND is_known = 0 THEN -1 WHEN gained > rank THEN gained WHEN kept >= rank THEN rank"
        f" WHEN {over} THEN kept ELSE rank END AS to_rank,"
        f" CASE WHEN {stays} OR {over} THEN NULL ELSE COALESCE(was_below, day) END AS below FROM standing"
    )
