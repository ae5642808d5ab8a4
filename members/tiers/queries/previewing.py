"""What another rule would do, before it is saved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from groupops.groups import queries as policies
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from members.models import Membership
from members.tiering import TierRule
from members.tiers import statement
from members.tiers.given import POLICY, Given, given
from members.tiers.queries.shape import Share, shares

NAMES = 50  # in a page of a preview


@dataclass(frozen=True)
class Preview:
    """What a rule would do: how many are in which tier now and then, how many move, and some of them by name."""

    now: list[Share]
    then: list[Share]
    moving: int
    names: list[tuple[Membership, str, str]]  # who, from, to
    after: int | None  # the next page begins behind this membership; None: there is none


def preview(rule: TierRule, *, at: datetime, kind: Kind | None = None, group: Group | None = None, after: int = 0) -> Preview:
    """What `rule` would do at a place, when every grace is over; groups below it with a rule of their own keep theirs.

    Reads every member of the place: counts and one page of names, of those behind `after`. Writes nothing.
    """
    nights = [night.under(rule) for night in concerned(at=at, kind=kind, group=group)]
    sql, values = statement.verdicts(nights, at_once=True, everybody=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT was, tier, COUNT(*) FROM ({sql}) verdicts GROUP BY was, tier", values)  # noqa: S608  (our own names)
        counts = cursor.fetchall()
        cursor.execute(
            f"SELECT id, was, tier FROM ({sql}) verdicts WHERE tier <> was AND id > %s ORDER BY id LIMIT {NAMES + 1}",  # noqa: S608
            [*values, after],
        )
        rows = cursor.fetchall()
    members = Membership.objects.filter(pk__in=[row[0] for row in rows[:NAMES]]).select_related("person", "group").in_bulk()
    now: defaultdict[str, int] = defaultdict(int)
    then: defaultdict[str, int] = defaultdict(int)
    for was, tier, n in counts:
        now[was] += n
        then[tier] += n
    names = [(members[pk], was, tier) for pk, was, tier in rows[:NAMES] if pk in members]
    moving = sum(n for was, tier, n in counts if was != tier)
    return Preview(shares(now), shares(then), moving, names, rows[NAMES - 1][0] if len(rows) > NAMES else None)


def concerned(*, at: datetime, kind: Kind | None = None, group: Group | None = None) -> list[Given]:
    """The nights of the groups in which the rule of a place counts, heard ones only: others do not move."""
    rows = Group.objects.filter(sandbox=False).exclude(lifecycle=Lifecycle.ARCHIVED)
    found = list((rows.filter(pk=group.pk) if group else rows.filter(kind=kind) if kind else rows).order_by("pk"))
    nearer = _with_a_rule_of_their_own(found, kind=kind, group=group)
    return [night for night in given([row for row in found if row.pk not in nearer], at) if night.heard_lately]


def _with_a_rule_of_their_own(rows: Sequence[Group], *, kind: Kind | None, group: Group | None) -> set[int]:
    if group:
        return set()
    own = [item.row for item in policies.overrides(POLICY)]
    by_group, by_kind = {row.group_id for row in own if row.group_id}, {row.kind_id for row in own if row.kind_id}
    return {row.pk for row in rows if row.pk in by_group or (kind is None and row.kind_id in by_kind)}
