"""What must hold before somebody judges a case: it is open, as they saw it, nobody else is at it, and it is not about them."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.shared.errors import Conflict, Forbidden
from members.models import Colleague, Person
from moderation.models import Case
from moderation.policy import OPEN


class AlreadyDecided(Conflict):
    """Somebody was faster; the message says who and what."""


class TakenByOther(Conflict):
    """A colleague is at it."""


class ItIsYou(Forbidden):
    """Nobody judges their own case."""


def locked(case: Case) -> Case:
    """The case as it is now, locked."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("group__kind", "membership__person", "claimed_by")
    return rows.get(pk=case.pk)


def demand_open(case: Case) -> None:
    """Raise AlreadyDecided, naming who and what."""
    if case.state in OPEN:
        return
    decision = case.decisions.filter(undone_at=None).select_related("by", "second_by").first()
    if decision is None:
        raise AlreadyDecided(_("This case is over: %(state)s.") % {"state": case.get_state_display()})
    who = decision.second_by or decision.by or _("the machine")
    told = {"who": who, "what": decision.get_verdict_display(), "at": f"{decision.at:%H:%M:%S}"}
    raise AlreadyDecided(_("%(who)s has decided this case already (%(at)s UTC): %(what)s.") % told)


def demand_version(case: Case, version: int | None) -> None:
    """Raise AlreadyDecided where the case has moved since `version`."""
    if version is not None and version != case.version:
        raise AlreadyDecided(_("The case has changed since you opened it: look at it again."))


def demand_free(case: Case, by: User, at: datetime) -> None:
    """Raise TakenByOther while a colleague has claimed it."""
    taken = case.claimed_by_id not in (None, by.pk) and case.claimed_until is not None and case.claimed_until > at
    if taken:
        raise TakenByOther(_("%(who)s has taken this case and is at it.") % {"who": case.claimed_by})


def demand_other(case: Case, by: User) -> None:
    """Raise ItIsYou where the case is about `by`."""
    demand_not_about(case.membership.person, by)


def demand_not_about(person: Person, by: User) -> None:
    """Raise ItIsYou where a person is `by`, under whatever identity."""
    human = person.human
    if Colleague.objects.filter(Q(person=human) | Q(person__merged_into=human) | Q(person=person), user=by).exists():
        raise ItIsYou(_("It is about you: somebody else decides."))
