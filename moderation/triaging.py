"""What can be done to cases from the queue, by its page and over the API."""

from collections.abc import Sequence
from datetime import timedelta

from groupops.accounts.models import User
from groupops.shared import clock
from moderation import services as moderation
from moderation.models import Case
from moderation.policy import Verdict
from moderation.services.many import Many, each

PUT_OFF = timedelta(hours=1)
CLAIM, RELEASE, SNOOZE = "claim", "release", "snooze"
ACTS = (*Verdict.values, CLAIM, RELEASE, SNOOZE)


def carry_out(name: str, cases: Sequence[Case], *, version: int | None = None, note: str = "", by: User) -> Many:
    """One of ACTS."""
    at = clock.now()
    if name == CLAIM:
        return each(cases, lambda case: moderation.claim(case=case, by=by, at=at))
    if name == RELEASE:
        return each(cases, lambda case: moderation.release(case=case, by=by, at=at))
    if name == SNOOZE:
        return each(cases, lambda case: moderation.snooze(case=case, until=at + PUT_OFF, by=by, at=at))
    verdict = Verdict(name)
    return each(cases, lambda case: moderation.decide(case=case, verdict=verdict, version=version, note=note, by=by, at=at))
