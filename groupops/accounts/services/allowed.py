"""Who may act on whom: only those who manage people, nobody upward, and nobody gives what he lacks."""

from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import RIGHTS, Right, Role, outranks
from groupops.shared.errors import Forbidden


def demand_right(by: User) -> None:
    """Raise Forbidden unless `by` manages people."""
    if not by.has_right(Right.MANAGE_PEOPLE):
        raise Forbidden(_("Only a founder manages people and roles."))


def demand_above(by: User, user: User) -> None:
    """Raise Forbidden unless `by` manages people and has every right that `user` has: nobody acts upward."""
    demand_right(by)
    if not outranks(RIGHTS[Role(by.role)], RIGHTS[Role(user.role)]):
        raise Forbidden(_("%(name)s may do more than you. Ask a founder.") % {"name": user})


def demand_grant(by: User, role: str) -> None:
    """Raise Forbidden unless `by` has every right of `role`: nobody gives what he lacks."""
    if not outranks(RIGHTS[Role(by.role)], RIGHTS[Role(role)]):
        raise Forbidden(_("You cannot give a role that may do more than yours."))
