"""Removed ones who are to come back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from members.models import Membership, SweepCase
from members.sweep import moving
from members.sweep.reviewing.deciding import Many, Why, audit, each, moved_on
from members.sweeping import CaseState

NOT_REMOVED = _("They were not removed.")


def want_back(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """They were removed and are to come back: no platform lets us invite, so a person does; Today says so until they are there."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.REMOVED or case.wanted_back_at is not None:
            return NOT_REMOVED
        case.wanted_back_at, case.wanted_back_by = at, by
        case.save(update_fields=["wanted_back_at", "wanted_back_by"])
        audit(case, "sweep.want_back", by, at)
        return None

    return each(cases, work, by=by, at=at, follows=False)


def restored(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """A person says that they are back."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.REMOVED:
            return NOT_REMOVED
        moving.move(case, CaseState.RESTORED, at=at, by=by)
        Membership.objects.filter(pk=case.membership_id).update(kept_at=at)
        audit(case, "sweep.restored", by, at)
        return None

    return each(cases, work, by=by, at=at, follows=False)


def not_back(*, cases: Sequence[SweepCase], by: User, at: datetime) -> Many:
    """Take `restored` back: they are still away, and Today asks again to invite them."""

    def work(case: SweepCase) -> Why:
        if case.state != CaseState.RESTORED:
            return moved_on(case)
        Membership.objects.filter(pk=case.membership_id, kept_at=case.state_at).update(kept_at=None)
        moving.move(case, CaseState.REMOVED, at=at, by=by)
        audit(case, "sweep.not_back", by, at)
        return None

    return each(cases, work, by=by, at=at, follows=False)
