"""Reads of the accounts."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from groupops.accounts.models import ApiToken, User


def people(*, q: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    """Users that fit every given filter; `state` is active, invited (no password yet) or off."""
    found = User.objects.all()
    if q:
        found = found.filter(Q(username__icontains=q) | Q(name__icontains=q))
    if role:
        found = found.filter(role=role)
    invited = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    states = {"active": Q(is_active=True) & ~invited, "invited": Q(is_active=True) & invited, "off": Q(is_active=False)}
    return found.filter(states[state]) if state in states else found


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Tokens that were not revoked, newest first; expired ones stay visible until somebody clears them away."""
    return user.tokens.filter(revoked_at=None).order_by("-created_at", "-id")
