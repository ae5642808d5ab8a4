"""The runs of a week and whom each proposes: a constant number of statements for any number of groups and members."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Q

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.shared import bulk, clock
from members.models import Membership, SweepCase, SweepRun
from members.sweep import queries
from members.sweeping import CaseState, Hearing, SweepRule, hearing

RUN = ("group", "week", "mode", "at", "silent_before", "newcomers_after", "blocked", "gap_from", "gap_to", "by")
NUMBERS = ("members", "unknown", "silent", "exempt", "counted_at")


class Wanted(NamedTuple):
    """A run that ought to be there."""

    group: Group
    rule: SweepRule
    week: date


def make(*, wanted: Sequence[Wanted], by: User | None, at: datetime) -> int:
    """The runs that are not there yet, with everybody whom they propose or exempt; returns how many were made. All or nothing."""
    with transaction.atomic():
        heard = _heard(wanted, at)
        made = bulk.insert(SweepRun, ["group", "week"], RUN, [_row(one, heard[one.group.pk], by, at) for one in wanted])
        runs = SweepRun.objects.filter(group__in=[one.group.pk for one in wanted], counted_at=None)
        fill(runs={run.pk: run for run in runs}, at=at)
    return made


def _row(one: Wanted, heard: Hearing, by: User | None, at: datetime) -> tuple[object, ...]:
    before, since = at - timedelta(days=one.rule.silent_days), at - timedelta(days=one.rule.newcomer_days)
    start = (one.group.pk, one.week, one.rule.mode, at, before, since)
    return (*start, heard.blocked.value, heard.since, heard.until, by.pk if by else None)


def _heard(wanted: Collection[Wanted], at: datetime) -> dict[int, Hearing]:
    """Whether the messages of each group cover its time; one query."""
    furthest = max((one.rule.silent_days + one.rule.gap_days for one in wanted), default=0)
    days = queries.days_heard([one.group.pk for one in wanted], since=at.date() - timedelta(days=furthest + 1))
    return {one.group.pk: _covered(one, days.get(one.group.pk, []), at) for one in wanted}


def _covered(one: Wanted, days: Sequence[date], at: datetime) -> Hearing:
    today = clock.local(at, one.group.zone).date()
    first = queries.window(one.rule.silent_days, today)
    known = [day for day in days if first - timedelta(days=one.rule.gap_days) <= day <= today]
    return hearing(known, first=first, last=today, gap=one.rule.gap_days)


def fill(*, runs: Mapping[int, SweepRun], at: datetime) -> None:
    """Make the cases of these runs and count them. Call inside a transaction."""
    open_runs = sorted(pk for pk, run in runs.items() if not run.blocked)
    _count(runs, _propose(open_runs, at) if open_runs else Counter(), at)


def _propose(runs: Collection[int], at: datetime) -> Counter[tuple[int, bool]]:
    """INSERT … SELECT: whoever is silent, with what exempts them, as the database sees it in this moment; how many by (run, exempt).

    They are counted as they are made. To ask for them afterwards is a trap: PostgreSQL, which knows nothing of rows so new, may look
    through an index of the wrong order once for each run.
    """
    rows = queries.silent(runs, at).order_by().values_list("run", "pk", "last_spoke_at", "exempt")  # type: ignore[misc]  # annotated by rows_of
    sql, parameters = rows.query.sql_with_params()
    columns = "run_id, membership_id, last_spoke_at, exempt, state, state_at, key, needs_second, why"
    state = f"CASE WHEN exempt = '' THEN '{CaseState.CANDIDATE.value}' ELSE '{CaseState.EXEMPT.value}' END"
    # Materialized: what exempts a member is looked for once, not once a column. WHERE true: without it SQLite takes ON for a join.
    statement = f"""
        WITH given (run, membership, spoke, exempt) AS MATERIALIZED ({sql})
        INSERT INTO {SweepCase._meta.db_table} ({columns})
        SELECT run, membership, spoke, exempt, {state}, {_moment()}, '', {_false()}, '' FROM given WHERE true
        ON CONFLICT (membership_id, run_id) DO NOTHING RETURNING run_id, exempt <> ''
    """  # noqa: S608  (our own names)
    moment = SweepCase._meta.get_field("state_at").get_db_prep_value(at, database)
    with database.cursor() as cursor:
        cursor.execute(statement, [*parameters, moment])
        return Counter((run, bool(exempt)) for run, exempt in cursor)


def _moment() -> str:
    return "CAST(%s AS timestamptz)" if database.vendor == "postgresql" else "%s"


def _false() -> str:
    return "false" if database.vendor == "postgresql" else "0"


def _count(runs: Mapping[int, SweepRun], found: Counter[tuple[int, bool]], at: datetime) -> None:
    groups = {run.group_id: pk for pk, run in runs.items()}
    present = Membership.objects.filter(group__in=groups, left_at=None, same_as=None).order_by().values_list("group")
    here = {group: (n, unknown) for group, n, unknown in present.annotate(n=Count("pk"), unknown=Count("pk", filter=Q(last_spoke_at=None)))}
    exempt = {pk: found[pk, True] for pk in runs}
    rows = [(pk, *here.get(group, (0, 0)), exempt[pk] + found[pk, False], exempt[pk], at) for group, pk in groups.items()]
    bulk.update(SweepRun, NUMBERS, rows)
