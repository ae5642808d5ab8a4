"""Language, theme and zone of the person; deny by default."""

import zoneinfo
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from groupops.accounts.models import User
from groupops.shared.http import LANGUAGE_COOKIE, client_address

THEME_COOKIE = "theme"
GetResponse = Callable[[HttpRequest], HttpResponse]


class Preferences:
    """Activates language and zone. Not Django's LocaleMiddleware: the first visit is Chinese, whatever the browser says."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        timezone.activate(zone_of(request.user))
        if request.user.is_authenticated:
            request.user.request_source = source_of(request)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def language(self, request: HttpRequest) -> str:
        """The user's, else the cookie's, else Chinese; the API may ask by Accept-Language."""
        wanted = getattr(request.user, "language", "") or request.COOKIES.get(LANGUAGE_COOKIE, "")
        if not wanted and request.path.startswith("/api/") and "Accept-Language" in request.headers:
            wanted = translation.get_language_from_request(request)
        return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def zone_of(user: Any) -> zoneinfo.ZoneInfo:
    """The zone of the person; the site's where theirs has vanished from the zone database."""
    try:
        return zoneinfo.ZoneInfo(getattr(user, "zone", "") or settings.TIME_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def actor(request: Any) -> User:
    """Who asks, of a page's or an API's request. LoginRequired, or the API's permission, let nobody else through."""
    return cast("User", request.user)


def source_of(request: HttpRequest) -> str:
    """Where an act of a person came from, as audit lines say it."""
    return f"web {client_address(request)}"


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as open to people who have not logged in."""
    view.public = True  # type: ignore[attr-defined]
    return view


class LoginRequired:
    """Every page needs a login unless its view says `@public`; allauth and the API guard their own."""

    OWN_GUARDS = ("allauth.", "rest_framework.", "drf_spectacular.")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook between routing and view."""
        if request.user.is_authenticated or getattr(view, "public", False):
            return None
        if hasattr(view, "cls") or getattr(view, "__module__", "").startswith(self.OWN_GUARDS):
            return None
        if request.headers.get("HX-Request"):  # a fragment cannot show the login page; the whole page must go there
            return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
        return redirect_to_login(request.get_full_path())
