"""One move of a case: only along the table, noted as a step, in the caller's transaction. Nothing else writes a case's state."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from groupops.accounts.models import User
from members.models import SweepCase, SweepStep
from members.sweep import queries
from members.sweeping import MOVES, CaseState, Facts, Then, following, outcome


class IllegalMove(Exception):
    """The table has no such move: a bug, not a refusal."""


def locked(pks: Collection[int]) -> list[SweepCase]:
    """The cases as they are now, in order; nobody else moves them until the transaction ends."""
    rows = SweepCase.objects.select_for_update(of=("self",)).select_related("run__group__kind", "membership__person")
    return list(rows.filter(pk__in=pks).order_by("pk"))


def move(case: SweepCase, to: CaseState, *, at: datetime, by: User | None = None, why: str = "", **values: Any) -> None:
    """Move a locked case; `values` are further columns."""
    was = CaseState(case.state)
    if to not in MOVES[was]:
        raise IllegalMove(f"{was} → {to}")
    written = {"state": to, "state_at": at, "why": why[:300]} | values
    for name, value in written.items():
        setattr(case, name, value)
    case.save(update_fields=list(written))
    SweepStep.objects.create(case=case, was=was, state=to, at=at, by=by, why=why[:300])


def ended(case: SweepCase, now: Facts) -> CaseState | None:
    """How a case ended by itself, by what is so now; None: it goes on."""
    found = outcome(Then(case.run.at, case.last_spoke_at), now)
    return found if found in MOVES[CaseState(case.state)] else None


def follow(cases: Collection[SweepCase], *, at: datetime) -> int:
    """Move locked cases in progress to where they have come by themselves; returns how many moved."""
    now, moved = queries.facts(cases, at), 0
    for case in cases:
        found = outcome(Then(case.run.at, case.last_spoke_at), now[case.pk])
        to = following(CaseState(case.state), found, grace_until=case.grace_until, at=at)
        if to is not None:
            settle(case, to, now[case.pk], at=at)
            moved += 1
    return moved


def settle(case: SweepCase, to: CaseState, now: Facts, *, at: datetime) -> None:
    """Move a case that ended by itself; one that is exempt now says by what."""
    values: dict[str, Any] = {"exempt": now.exempt} if to == CaseState.EXEMPT else {}
    move(case, to, at=at, **values)
