"""API tokens: made, used, revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import ApiToken, User
from groupops.accounts.policy import MOST_TOKENS, Scope
from groupops.accounts.services.allowed import demand_above
from groupops.record import services as record
from groupops.shared.errors import Conflict

SEEN_EVERY = timedelta(minutes=1)  # not a write on every call


class TooManyTokens(Conflict):
    """One person keeps a handful of tokens; more are a sign that a program makes them."""


def create_token(*, user: User, name: str, scope: Scope, expires_at: datetime | None, at: datetime) -> tuple[ApiToken, str]:
    """A new API token and its text, which is shown this once. Raises TooManyTokens."""
    if user.tokens.live(at).count() >= MOST_TOKENS:
        raise TooManyTokens(_("You have %(count)d live tokens already. Revoke one first.") % {"count": MOST_TOKENS})
    prefix = secrets.token_hex(4)
    text = f"gops_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user, name=name, prefix=prefix, digest=token_digest(text), scope=scope, created_at=at, expires_at=expires_at
        )
        record.audit(by=user, verb="token.create", target=token, at=at, after={"scope": scope, "expires_at": expires_at})
    return token, text


def token_digest(text: str) -> str:
    """What is kept of a token. Plain sha256 serves: the text has 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Remember when a token was last used, to the minute."""
    if token.last_used_at is None or at - token.last_used_at > SEEN_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def revoke_token(*, token: ApiToken, by: User, at: datetime) -> None:
    """End a token; twice changes nothing. One's own, or a founder anybody's. Raises Forbidden."""
    if token.user_id != by.pk:
        demand_above(by, token.user)
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            record.audit(by=by, verb="token.revoke", target=token, at=at)
