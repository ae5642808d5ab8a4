"""What every page shares: our own error pages, refusals shown as such, safe ways back, headers."""

import json
import logging
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from groupops.shared.errors import Refused
from groupops.shared.intake import is_unstorable

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "language"  # of people who have not logged in; read here because an error page may come before any middleware
DIGITS = 19  # from so many on a number fits no id
PAGES = {400, 403, 404, 409, 422, 429}  # templates/errors/<status>.html; any other 4xx shows 400's
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class Headers:
    """What every answer of ours carries besides the CSP: no device access, no embedding elsewhere, no copies in shared caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-cache")  # the back button asks again after a logout
        patch_vary_headers(response, ["HX-Request"])  # or the browser keeps a part of a page for the page, and shows it on going back
        return response


class ErrorPages:
    """Shows a refusal as its own page, a lost database as 503, and bare error answers in the shape their reader expects."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or getattr(response, "streaming", False):
            return response
        if is_api(request) and "json" not in response.headers.get("Content-Type", ""):
            return _dressed(response, error(request, response.status_code))
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            return _dressed(response, error(request, response.status_code, _("This address does not do that. Go back and use the page.")))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook for exceptions of views; None leaves it to Django."""
        if isinstance(exception, Refused):
            return refused(request, exception)
        if isinstance(exception, (OperationalError, InterfaceError)):
            return unavailable(request, exception)
        if is_unstorable(exception):
            log.warning("refused a value no column can hold: %s", exception.__class__.__name__, exc_info=exception)
            return error(request, 400, _("One of the values is too long, too large or contains characters that cannot be stored."))
        return None


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page of a business "no"; htmx requests get its sentence as a toast and leave the page as it was."""
    return error(request, refusal.status, str(refusal.message), code=refusal.code)


def unavailable(request: HttpRequest, failure: DatabaseError | InterfaceError) -> HttpResponse:
    """503 without touching the database: the page itself must not need what is gone."""
    log.error("database unavailable: %s: %s", failure.__class__.__name__, failure)
    response = error(request, 503) if is_api(request) else HttpResponse(render_to_string("errors/503.html"), status=503)
    response["Retry-After"] = "5"
    return response


def is_api(request: HttpRequest) -> bool:
    """Whether the caller is a program: it gets problem+json instead of a page."""
    return request.path.startswith(("/api/", "/in/"))


def not_found_unless(found: object) -> None:
    """404 where nothing was found: a foreign object and an absent one look the same."""
    if not found:
        raise Http404(_("There is nothing here."))


def ids(given: Iterable[str]) -> list[int]:
    """The typed ids among `given`, as a form or an address brings them; what cannot be one names nothing."""
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) < DIGITS]


def next_url(request: HttpRequest, *, default: str = "/") -> str:
    """Where the form's or the address's `next` leads, if that is a page of ours; else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default


def client_address(request: HttpRequest) -> str:
    """The caller's IP address: the last hop of X-Forwarded-For behind a proxy we trust (TRUST_PROXY), else the peer's."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_PROXY else ""
    return (forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR") or "")[:45]


def error(request: HttpRequest, status: int, message: str = "", *, code: str = "") -> HttpResponse:
    """An error as its reader expects it: problem+json for programs, a toast for htmx, our page for people."""
    with translation.override(_language(request)):
        if is_api(request):
            return _problem(status, message, code)
        if request.headers.get("HX-Request") and message:
            toast = json.dumps({"toast": {"text": message, "kind": "danger"}})
            return HttpResponse(
                message, status=status, headers={"HX-Trigger": toast, "HX-Reswap": "none"}, content_type="text/plain; charset=utf-8"
            )
        page = f"errors/{status if status in PAGES else 400}.html"
        return HttpResponse(render_to_string(page, {"message": message}, request=request), status=status)


def _problem(status: int, message: str, code: str) -> JsonResponse:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else str(status)
    name = code or phrase.lower().replace(" ", "_")
    body = {"type": f"urn:groupops:error:{name}", "title": name, "status": status, "detail": message or phrase}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _language(request: HttpRequest) -> str:
    """The language of the request: what Preferences found, or, when the error came before it, the cookie's."""
    known = getattr(request, "LANGUAGE_CODE", None) or request.COOKIES.get(LANGUAGE_COOKIE)
    return known if known in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _dressed(bare: HttpResponseBase, response: HttpResponse) -> HttpResponse:
    for name in ("Allow", "WWW-Authenticate", "Retry-After", "HX-Redirect"):
        if name in bare.headers:
            response[name] = bare.headers[name]
    response.cookies.update(bare.cookies)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return error(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW: the form was made before a login or logout; says to load it again."""
    with translation.override(_language(request)):
        if is_api(request) or request.headers.get("HX-Request"):
            return error(request, 403, _("This form is too old. Load the page again and send it once more."))
        return HttpResponse(render_to_string("errors/csrf.html", request=request), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return error(request, 404)


def too_many(request: HttpRequest, message: str = "", *, seconds: int = 60) -> HttpResponse:
    """handler429, which allauth's rate limits ask for; `seconds` until another try makes sense."""
    response = error(request, 429, message)
    response["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: rendered without the request, whose user or session may be what broke.

    Django turns an exception of a middleware into this before any middleware above can catch it: a database that is lost while
    the session is read arrives here, and is a 503.
    """
    failure = sys.exc_info()[1]
    if isinstance(failure, (OperationalError, InterfaceError)):
        return unavailable(request, failure)
    return error(request, 500) if is_api(request) else HttpResponse(render_to_string("errors/500.html"), status=500)
