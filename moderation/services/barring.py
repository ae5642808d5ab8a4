"""Rows of the blacklist that a decision writes and takes back: a step of a ladder keeps somebody out of its group."""

from datetime import datetime

from groupops.accounts.models import User
from groupops.groups.policy import Scope
from moderation.models import Barred, Case, Decision
from moderation.models.blacklist import IN_FORCE
from moderation.policy import Offence
from moderation.policy.offences import SAID


def by_step(*, case: Case, decision: Decision, at: datetime) -> None:
    """The step 拉黑 was decided. In the caller's transaction; somebody who stands there already is left.

    Of people with a post two have decided the case: what waited for a second reviewer waits no longer.
    """
    if case.offence == Offence.BARRED:
        return
    person = case.membership.person.human
    values = {"reason": SAID[case.offence], "case": case, "at": at, "by": decision.by}
    row, made = Barred.objects.filter(IN_FORCE).get_or_create(
        person=person, scope=Scope.GROUP, group_id=case.group_id, lifted_at=None, defaults=values
    )
    if not made and row.waits:
        Barred.objects.filter(pk=row.pk).update(needs_second=False)


def forgive(*, case: Case, by: User, at: datetime) -> None:
    """The case was overruled or its decision taken back: so is what it wrote here."""
    Barred.objects.filter(IN_FORCE, case=case).update(lifted_at=at, lifted_by=by)
