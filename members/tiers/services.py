"""Tiers held by hand: a lock with its reason and end, its release, and their undo. Nights move everybody else (nights.py)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared import clock
from groupops.shared.errors import Conflict, Invalid
from members.models import Membership, TierChange
from members.tiering import Tier, Why

LONGEST = timedelta(days=366)
REASON_WIDTH = 200
COLUMNS = ("tier", "tier_since", "tier_below_since", "tier_locked_until", "tier_lock_reason", "tier_locked_by")


class NotLocked(Conflict):
    """There is no lock, or another one than was read."""


@dataclass(frozen=True)
class Held:
    """A tier, and the lock on it (until is None: there is none); what an undo goes back to."""

    tier: str
    until: date | None = None
    reason: str = ""
    by_id: int | None = None


def held(row: Membership) -> Held:
    """As it is now."""
    return Held(row.tier, row.tier_locked_until, row.tier_lock_reason, row.tier_locked_by_id)


def lock(*, membership: Membership, tier: Tier, until: date, reason: str, by: User, at: datetime) -> Held:
    """Put a member into a tier and hold them there to the end of the local day `until`; returns how it was. Raises Forbidden, Invalid.

    It is no exemption from the sweep of the silent: that asks for its own reasons.
    """
    access.demand(by, GroupRight.CARE, membership.group)
    today = clock.local(at, membership.group.zone).date()
    if not reason.strip():
        raise Invalid(_("Say why: colleagues read it on the profile."), field="reason")
    if not today <= until <= today + LONGEST:
        raise Invalid(_("A lock ends between today and a year from now."), field="until")
    with transaction.atomic():
        row = _locked(membership)
        was = held(row)
        _hold(row, Held(tier, until, reason.strip()[:REASON_WIDTH], by.pk), Why.LOCK, by=by, at=at, verb="tier.lock")
    return was


def unlock(*, membership: Membership, by: User, at: datetime) -> Held:
    """Let the nights move them again; the tier stays until then. Returns how it was. Raises Forbidden, NotLocked."""
    access.demand(by, GroupRight.CARE, membership.group)
    with transaction.atomic():
        row = _locked(membership)
        was = held(row)
        if was.until is None:
            raise NotLocked(_("This tier is not locked."))
        _hold(row, Held(was.tier), Why.UNLOCK, by=by, at=at, verb="tier.unlock")
    return was


def restore(*, membership: Membership, was: Held, now: Held, by: User, at: datetime) -> None:
    """Undo: go back to `was`, if nobody changed it since it became `now`. Raises Forbidden, NotLocked."""
    access.demand(by, GroupRight.CARE, membership.group)
    with transaction.atomic():
        row = _locked(membership)
        if held(row) != now:
            raise NotLocked(_("It was changed meanwhile."))
        _hold(row, was, Why.LOCK if was.until else Why.UNLOCK, by=by, at=at, verb="tier.undo")


def _locked(membership: Membership) -> Membership:
    return Membership.objects.select_for_update(of=("self",)).select_related("group", "person").get(pk=membership.pk)


def _hold(row: Membership, to: Held, why: Why, *, by: User, at: datetime, verb: str) -> None:
    """Write it, with its line of history and of the audit."""
    was, day = held(row), clock.local(at, row.group.zone).date()
    row.tier, row.tier_below_since = to.tier, None
    row.tier_locked_until, row.tier_lock_reason, row.tier_locked_by_id = to.until, to.reason, to.by_id
    if was.tier != to.tier:
        row.tier_since = day if to.tier else None
    row.save(update_fields=COLUMNS)
    if to.tier:  # back to unknown is no tier: the history keeps the lock, the audit its undo
        TierChange.objects.create(
            membership=row, group=row.group, day=day, at=at, was=was.tier, tier=to.tier, score=None, why=why, note=to.reason, by=by
        )
    record.audit(by=by, verb=verb, target=row, at=at, group_id=row.group_id, before=_told(was), after=_told(to))


def _told(one: Held) -> dict[str, str | None]:
    return {"tier": one.tier, "until": one.until.isoformat() if one.until else None, "reason": one.reason}
