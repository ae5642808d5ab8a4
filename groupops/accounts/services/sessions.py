"""Sessions: which browsers are logged in, and ending them."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from groupops.accounts.models import User
from groupops.accounts.services.allowed import demand_above
from groupops.record import services as record

SEEN_EVERY = timedelta(minutes=5)  # not a write on every page


def note_session(*, user: User, key: str, address: str, agent: str, at: datetime) -> None:
    """A browser is logged in, or was seen again: from where, and when."""
    seen = {"user_id": user.pk, "ip": address or "0.0.0.0", "user_agent": agent[:200], "last_seen_at": at}  # noqa: S104  (no address known)
    if not UserSession.objects.filter(session_key=key).update(**seen):
        UserSession.objects.get_or_create(session_key=key, defaults=seen | {"created_at": at})


def end_session(*, session: UserSession, by: User, at: datetime) -> None:
    """Log one browser out. Raises Forbidden for somebody else's session, upward or without the right."""
    if session.user_id != by.pk:
        demand_above(by, session.user)
    with transaction.atomic():
        _end([session.session_key])
        record.audit(by=by, verb="session.end", target=session.user, at=at, before={"address": session.ip})


def end_sessions(*, user: User, by: User | None, at: datetime, but: str = "") -> int:
    """Log every browser of a person out, save the one with the session key `but`; returns how many. Raises Forbidden."""
    if by is not None and by.pk != user.pk:
        demand_above(by, user)
    with transaction.atomic():
        keys = list(UserSession.objects.filter(user=user).exclude(session_key=but).values_list("session_key", flat=True))
        if keys:
            _end(keys)
            record.audit(by=by, verb="session.end_all", target=user, at=at, before={"sessions": len(keys)})
    return len(keys)


def _end(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
