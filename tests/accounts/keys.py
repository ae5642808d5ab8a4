"""An app with codes, and sessions that are not fresh, for tests of second factors."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from groupops.accounts.guards import SURE_AT
from groupops.accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, *, step: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))
    return shown


def with_app(user: User) -> User:
    """They have an app and recovery codes."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def recovery_codes(user: User) -> list[str]:
    """Those that are left."""
    found: list[str] = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    return found


def browser_of(user: User) -> Client:
    """Theirs, just logged in."""
    client = Client()
    client.force_login(user)
    return client


def stale(user: User) -> Client:
    """Theirs, logged in an hour ago."""
    client = browser_of(user)
    session = client.session
    session[SURE_AT] -= 3600.0
    session.save()
    return client
