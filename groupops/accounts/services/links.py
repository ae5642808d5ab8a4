"""One-time links: the first user's, and those on which people choose their password."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.accounts.services.allowed import demand_above
from groupops.accounts.services.people import add_user
from groupops.record import services as record
from groupops.shared.errors import Conflict

FIRST_USER_SALT = "accounts.first-user"
INVITATION_SALT = "accounts.invitation"
LINK_LIFE = timedelta(days=2)
EXISTS = _("This installation already has its first user. Log in instead.")


class LinkUsed(Conflict):
    """The one-time link was used, is too old, or is damaged."""

    code = "link_used"


def first_user_token() -> str | None:
    """A token for the page that makes the first user; None once any user exists."""
    return None if User.objects.exists() else signing.dumps("first", salt=FIRST_USER_SALT)


def check_first_user_token(token: str) -> None:
    """Raise LinkUsed unless the token is good and nobody exists yet."""
    _open(token, FIRST_USER_SALT)
    if User.objects.exists():
        raise LinkUsed(EXISTS)


def create_first_user(*, token: str, username: str, password: str, name: str, at: datetime, source: str = "") -> User:
    """The founder who opens the installation, from `source`. Raises LinkUsed when a user exists or the token is bad."""
    check_first_user_token(token)
    with transaction.atomic():
        _be_first(at)
        user = add_user(username=username, name=name, role=Role.FOUNDER, password=make_password(password))
        record.audit(by=user, verb="user.first", target=user, at=at, after={"username": username, "role": Role.FOUNDER}, source=source)
    return user


def _be_first(at: datetime) -> None:
    """Of two people on the link at once the second waits here, at a row that only one transaction can make, and is refused."""
    try:
        record.claim_key(scope="accounts.first-user", key="first", body=b"", at=at)
    except Conflict:
        raise LinkUsed(EXISTS) from None


def make_link(*, user: User, by: User, at: datetime) -> str:
    """The token of a link on which `user` chooses a (new) password; for an invitation, and for somebody who forgot theirs."""
    demand_above(by, user)
    record.audit(by=by, verb="user.link", target=user, at=at)
    return invitation_token(user)


def invitation_token(user: User) -> str:
    """A token that dies with the first password it sets: it is bound to the present one."""
    return signing.dumps([user.pk, _mark(user)], salt=INVITATION_SALT)


def invited_user(token: str) -> User:
    """The user of an invitation. Raises LinkUsed."""
    return _invited(token, User.objects.all())


def accept_invitation(*, token: str, password: str, at: datetime, source: str = "") -> User:
    """Set the password of an invited user, who does it from `source`. Of two at once one wins. Raises LinkUsed."""
    with transaction.atomic():
        user = _invited(token, User.objects.select_for_update())
        user.set_password(password)
        user.save(update_fields=["password"])
        record.audit(by=user, verb="user.accept", target=user, at=at, source=source)
    return user


def _invited(token: str, users: Any) -> User:
    pk, mark = _open(token, INVITATION_SALT)
    user: User | None = users.filter(pk=pk, is_active=True).first()
    if user is None or _mark(user) != mark:
        raise LinkUsed(_("This link was already used. Log in, or ask for a new one."))
    return user


def _mark(user: User) -> str:
    return hashlib.sha256(user.password.encode()).hexdigest()[:16]


def _open(token: str, salt: str) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=LINK_LIFE)
    except signing.BadSignature:
        raise LinkUsed(_("This link is damaged or too old. Ask for a new one.")) from None
