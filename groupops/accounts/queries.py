"""Reads of the accounts."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import WRONG_CODES_IN
from groupops.record.models import AuditEntry


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


def wrong_codes(user: User, *, at: datetime) -> int:
    """How many wrong codes of the second factor somebody typed lately."""
    found = AuditEntry.objects.filter(target_type=User._meta.label_lower, target_id=str(user.pk), verb="factor.wrong")
    return found.filter(at__gt=at - WRONG_CODES_IN).count()


def sessions_of(user: User, *, at: datetime) -> "QuerySet[UserSession]":
    """The browsers in which somebody is logged in, the one seen last first."""
    living = Session.objects.filter(expire_date__gt=at).values("session_key")
    found: QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=living).order_by("-last_seen_at", "-id")
    return found


def all_sessions() -> "QuerySet[UserSession]":
    """Everybody's, for those who manage people."""
    found: QuerySet[UserSession] = UserSession.objects.select_related("user")
    return found


def factors_of(user: User) -> list[str]:
    """What somebody can prove themselves with besides the password, in words, without secrets."""
    return [str(row) for row in Authenticator.objects.filter(user=user).order_by("type", "id")]
