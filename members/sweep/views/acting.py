"""One decision about several silent members, for pages and the API."""

from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.shared import clock
from groupops.shared.errors import Invalid
from members.models import SweepCase
from members.sweep import reviewing
from members.sweep.reviewing import Many

APPROVE, SECOND, SPARE, AGAIN, WANT_BACK, RESTORED = "approve", "second", "spare", "again", "want_back", "restored"
ACTS = (APPROVE, SECOND, SPARE, AGAIN, WANT_BACK, RESTORED)
REMOVING = (APPROVE, SECOND, AGAIN)  # people leave by them


class NoReason(Invalid):
    """Somebody is to stay, and nobody says why."""


def carry_out(name: str, cases: list[SweepCase], *, why: str, by: User) -> Many:
    """One of ACTS. Raises NoReason."""
    at = clock.now()
    if name == SPARE:
        if not why:
            raise NoReason(_("Say why they stay."), field="why")
        return reviewing.spare(cases=cases, why=why, by=by, at=at)
    works = {
        APPROVE: reviewing.approve,
        SECOND: reviewing.second,
        AGAIN: reviewing.again,
        WANT_BACK: reviewing.want_back,
        RESTORED: reviewing.restored,
    }
    return works[name](cases=cases, by=by, at=at)
