"""What stands before every page of a person: a second factor where the role wants one, and when their session was last seen."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.accounts.policy import second_factor_due
from groupops.accounts.services.sessions import SEEN_EVERY
from groupops.shared import clock
from groupops.shared.http import client_address, error, is_api

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
SETUP = "mfa_index"
# What is open to somebody whose grace is over: setting the factor up, proving who they are, leaving, language and theme.
OPEN = frozenset(
    {
        SETUP,
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_login",
        "account_logout",
        "preferences",
    }
)
SURE_AT = "sure_at"  # in the session: when the person logged in (allauth remembers later proofs itself)
MOST = 10_000  # sessions that one process remembers


def due(user: User) -> datetime | None:
    """Until when somebody may work without a second factor; None where nothing is asked of them. The demo asks nobody."""
    if settings.DEMO:
        return None
    grace = timedelta(days=settings.SECOND_FACTOR_GRACE)
    return second_factor_due(user.role, since=user.role_since, has_one=user.second_factor_at is not None, grace=grace)


class SecondFactor:
    """After the grace only the pages that set a second factor up are open, and no other by a session of the browser.

    API tokens go on: a token was made by somebody who had just proved who they are, programs cannot set anything up, and a message that
    is not sent at night because a person let a date pass helps nobody. New tokens are made on a page, which is closed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook between routing and view."""
        user = request.user
        if not isinstance(user, User) or getattr(view, "public", False) or _by_token(request):
            return None
        until = due(user)
        if until is None or clock.now() < until or (request.resolver_match and request.resolver_match.view_name in OPEN):
            return None
        if is_api(request):
            return error(request, 403, _("Set up a second factor first; until then only API tokens work."), code="second_factor_required")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": reverse(SETUP)})
        messages.warning(request, _("Set up a second factor first: the time to do so is over."))
        return redirect(SETUP)


def _by_token(request: HttpRequest) -> bool:
    """A bad token beside a good session is refused by the API itself."""
    return is_api(request) and request.headers.get("Authorization", "").lower().startswith("bearer ")


class SeenSessions:
    """Notes now and then that a session was seen; a process remembers when it last did, so that most pages cost nothing."""

    seen: dict[str, float] = {}

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key:
            try:
                note(request, request.user)
            except DatabaseError as failure:  # a page does not fail for that; it says itself what is wrong
                log.warning("a session was seen and not noted: %s", failure.__class__.__name__)
        return self.get_response(request)


def note(request: HttpRequest, user: User) -> None:
    """Remember in the database that this session was seen, at most every SEEN_EVERY and process."""
    key, now, seen = request.session.session_key or "", time.monotonic(), SeenSessions.seen
    if now - seen.get(key, -SEEN_EVERY.total_seconds()) < SEEN_EVERY.total_seconds():
        return
    if len(seen) >= MOST:
        seen.clear()
    seen[key] = now
    accounts.note_session(
        user=user, key=key, address=client_address(request), agent=request.META.get("HTTP_USER_AGENT", ""), at=clock.now()
    )


def _logged_in(sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
    """Whoever logs in proves who they are, and has a session to be listed."""
    request.session[SURE_AT] = clock.now().timestamp()
    SeenSessions.seen.pop(request.session.session_key or "", None)
    note(request, user)


def watch() -> None:
    """Follow logins."""
    user_logged_in.connect(_logged_in, dispatch_uid="accounts.guards")
