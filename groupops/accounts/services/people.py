"""People: inviting, changing roles, deactivating, one's own preferences."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Role
from groupops.accounts.services.allowed import demand_above, demand_grant, demand_right
from groupops.accounts.services.sessions import end_sessions
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

CHANGEABLE = ("name", "email", "role", "is_active")
OWN = ("name", "email", "language", "theme", "zone")


class LastFounder(Conflict):
    """The installation would be left without a founder."""


class UsernameTaken(Invalid):
    """Somebody has this username already, in whatever case."""


def add_user(*, username: str, **values: Any) -> User:
    """A new user, inside the caller's transaction. Raises UsernameTaken."""
    user = User(username=username, **values)
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken(_("Somebody has this username already."), field="username")
    user.save(force_insert=True)
    return user


def invite(*, username: str, name: str, email: str, role: Role, by: User, at: datetime) -> User:
    """A user without a password; links.make_link gives them the way to choose one. Raises Forbidden, UsernameTaken."""
    demand_right(by)
    demand_grant(by, role)
    with transaction.atomic():
        user = add_user(username=username, name=name, email=email, role=role, password=make_password(None))
        record.audit(by=by, verb="user.invite", target=user, at=at, after={"username": username, "name": name, "role": role})
    return user


def update_user(*, user: User, by: User, at: datetime, **values: Any) -> User:
    """Change name, email, role or is_active of a user. Raises Forbidden, LastFounder. What is the same already leaves no line."""
    demand_right(by)
    if unknown := set(values) - set(CHANGEABLE):
        raise TypeError(f"not changeable here: {sorted(unknown)}")
    demand_above(by, user)
    demand_grant(by, values.get("role", user.role))
    with transaction.atomic():
        # One statement locks the user and every founder, in one order: two founders who demote each other wait, and do not deadlock.
        locked = list(User.objects.select_for_update().filter(Q(pk=user.pk) | Q(role=Role.FOUNDER, is_active=True)).order_by("pk"))
        stored = next(row for row in locked if row.pk == user.pk)
        before = {name: getattr(stored, name) for name in values if getattr(stored, name) != values[name]}
        if not before:
            return stored
        for name in before:
            setattr(stored, name, values[name])
        if not any(row.role == Role.FOUNDER and row.is_active for row in locked):
            raise LastFounder(_("This is the last founder. Make somebody else a founder first."))
        if "role" in before:
            stored.role_since = at
        stored.save(update_fields=[*before, "role_since"])
        if not stored.is_active:
            end_sessions(user=stored, by=by, at=at)
        record.audit(by=by, verb=_verb(before), target=stored, at=at, before=before, after={name: values[name] for name in before})
    return stored


def _verb(changed: dict[str, Any]) -> str:
    return "user.role" if "role" in changed else "user.active" if "is_active" in changed else "user.update"


def set_preferences(*, user: User, at: datetime, **values: Any) -> None:
    """Change one's own name, e-mail address, language, theme or zone; the first two leave a line."""
    if unknown := set(values) - set(OWN):
        raise TypeError(f"not one's own to change: {sorted(unknown)}")
    before: dict[str, Any] = {
        name: getattr(user, name) for name in ("name", "email") if name in values and getattr(user, name) != values[name]
    }
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(**values)
        if before:
            record.audit(by=user, verb="user.profile", target=user, at=at, before=before, after={name: values[name] for name in before})


def set_password(*, user: User, password: str, at: datetime) -> None:
    """A new password of one's own; every other session of the user ends with it."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record.audit(by=user, verb="user.password", target=user, at=at)


def signed_in(*, user: User, at: datetime) -> None:
    """Note in the trail that somebody logged in, and from where."""
    record.audit(by=user, verb="user.login", target=user, at=at)
