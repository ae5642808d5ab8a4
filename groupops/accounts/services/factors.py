"""Second factors: what was added, removed and guessed; taking somebody's away who is locked out."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.accounts import queries
from groupops.accounts.models import User
from groupops.accounts.policy import NEEDS_SECOND_FACTOR, WRONG_CODES
from groupops.accounts.services.allowed import demand_above
from groupops.accounts.services.sessions import end_sessions
from groupops.record import services as record
from groupops.shared.errors import Conflict

CODES = Authenticator.Type.RECOVERY_CODES
GUESSED = gettext_noop("Somebody who knows the password of %(name)s types wrong codes of the second factor.")
TAKEN = gettext_noop("The second factor of %(name)s was taken away (by %(by)s). This ends when a new one is set up.")


class NoSecondFactor(Conflict):
    """There is nothing to take away."""


def factor_added(*, user: User, sort: str, name: str, at: datetime) -> None:
    """Somebody set up an app or a passkey."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk, second_factor_at=None).update(second_factor_at=at)
        User.objects.filter(pk=user.pk).update(second_factor_reset_at=None)
        record.close_alarm(key=_taken(user), at=at)
        record.audit(by=user, verb="factor.add", target=user, at=at, after=_told(sort, name))


def factor_removed(*, user: User, sort: str, name: str, at: datetime) -> None:
    """Somebody removed one of theirs; with the last they have no second factor any more."""
    with transaction.atomic():
        if not Authenticator.objects.filter(user=user).exclude(type=CODES).exists():
            User.objects.filter(pk=user.pk).update(second_factor_at=None)
        record.audit(by=user, verb="factor.remove", target=user, at=at, before=_told(sort, name))


def codes_renewed(*, user: User, at: datetime) -> None:
    """Somebody got recovery codes; older ones are void."""
    record.audit(by=user, verb="factor.codes", target=user, at=at)


def wrong_code(*, user: User, at: datetime, source: str) -> None:
    """Somebody with the right password, or a session, typed a wrong code. After WRONG_CODES an alarm says so."""
    with transaction.atomic():
        record.audit(by=None, verb="factor.wrong", target=user, at=at, source=source)
        if queries.wrong_codes(user, at=at) >= WRONG_CODES:
            url = reverse("person", args=[user.pk])
            record.raise_alarm(
                key=f"factor-guessed:{user.pk}", severity="critical", text=GUESSED, params={"name": str(user)}, at=at, url=url
            )


def reset_factor(*, user: User, by: User | None, at: datetime) -> int:
    """Take every second factor of somebody who lost theirs away, and end their sessions; returns how many there were.

    `by` None is the command on the machine itself. Raises Forbidden (also upward), NoSecondFactor.
    """
    if by is not None:
        demand_above(by, user)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        found = Authenticator.objects.filter(user=user)
        sorts = sorted(found.values_list("type", flat=True))
        if not sorts:
            raise NoSecondFactor(_("%(name)s has no second factor.") % {"name": user})
        found._raw_delete(found.db)  # without a line for each, said to be the person's own: one line says who took them away
        User.objects.filter(pk=user.pk).update(second_factor_at=None, second_factor_reset_at=at, role_since=at)
        end_sessions(user=user, by=by, at=at)
        record.audit(by=by, verb="factor.reset", target=user, at=at, before={"factors": sorts})
        record.close_alarm(key=f"factor-guessed:{user.pk}", at=at)
        if user.role in NEEDS_SECOND_FACTOR:
            params = {"name": str(user), "by": str(by or "manage.py")}
            record.raise_alarm(
                key=_taken(user), severity="critical", text=TAKEN, params=params, at=at, url=reverse("person", args=[user.pk])
            )
    return len(sorts)


def _taken(user: User) -> str:
    return f"factor-reset:{user.pk}"


def _told(sort: str, name: str) -> dict[str, Any]:
    return {"factor": sort} | ({"name": name} if sort == Authenticator.Type.WEBAUTHN else {})
