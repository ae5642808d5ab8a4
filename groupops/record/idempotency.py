"""Double submits have one effect: the second gets the first answer. For pages (`once`) and for the API (`every_post`)."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from groupops.record import policy
from groupops.record import services as record
from groupops.shared import clock
from groupops.shared.errors import Invalid
from groupops.shared.intake import FORMS, is_clean

FIELD = "_once"  # hidden field of every form, filled by {% once %}
HEADER = "Idempotency-Key"
# What of an answer is given again. No cookies: a session is not a receipt.
KEPT_HEADERS = (
    "Content-Type",
    "Location",
    "HX-Location",
    "HX-Redirect",
    "HX-Refresh",
    "HX-Push-Url",
    "HX-Trigger",
    "HX-Reswap",
    "HX-Retarget",
)
View = Callable[..., HttpResponse]
Work = Callable[[], HttpResponseBase]


class BadKey(Invalid):
    """The key is empty, longer than it may be, or not text that can be kept."""

    code = "bad_idempotency_key"


def once(view: View) -> View:
    """Decorate a view that writes: a repeat of the same key and body by the same user gets the first answer again.

    Answers that changed nothing (4xx, 5xx) are not kept, so that a corrected form can be sent again.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER) or (request.method == "POST" and request.POST.get(FIELD))
        if request.method != "POST" or not key:
            return view(request, *args, **kwargs)
        return _answer(request, key, _form(request), lambda: view(request, *args, **kwargs))

    return wrapper  # type: ignore[return-value]


class OncePerKey:
    """Mixin of API views: a POST with an Idempotency-Key header has one effect, after login, rights and limits were checked."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As DRF's; then the handler of POST is wrapped, for this one request."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method == "POST" and (key := request.headers.get(HEADER)):
            work = self.post  # type: ignore[has-type]
            self.post = lambda request, *args, **kwargs: _answer(
                request, key, policy.digest_of(policy.plain(request.data)).encode(), partial(work, request, *args, **kwargs)
            )


def every_post(viewset: type[GenericViewSet[Any]]) -> type[GenericViewSet[Any]]:
    """The viewset with OncePerKey in front; groupops.api.urls passes every viewset through it, so none can forget."""
    members = {"__doc__": viewset.__doc__, "__module__": viewset.__module__}
    return type(viewset.__name__, (OncePerKey, viewset), members)


def _answer(request: HttpRequest | Request, key: str, body: bytes, work: Work) -> HttpResponseBase:
    if len(key) > policy.KEY_LENGTH or not is_clean(key):
        raise BadKey(_("An idempotency key has 1 to 80 characters."))
    scope = f"{request.user.pk}:{hashlib.sha256(request.path.encode()).hexdigest()}"
    first = record.claim_key(scope=scope, key=key, body=body, at=clock.now())
    if first is not None:
        return HttpResponse(base64.b64decode(first["body"]), status=first["status"], headers=first["headers"])
    try:
        response = work()
    except BaseException:
        record.free_key(scope=scope, key=key)
        raise
    if response.status_code >= 400 or response.streaming:  # a stream is an export: it changed nothing and cannot be kept
        record.free_key(scope=scope, key=key)
    else:
        record.keep_answer(scope=scope, key=key, answer=_packed(response))
    return response


def _packed(response: Any) -> dict[str, Any]:
    if isinstance(response, Response):  # DRF renders after the view; its data is complete already
        body = b"" if response.data is None else JSONRenderer().render(response.data)
        headers = {name: response[name] for name in KEPT_HEADERS if name in response.headers} | {"Content-Type": "application/json"}
    else:
        if hasattr(response, "render"):
            response.render()
        body = response.content
        headers = {name: response[name] for name in KEPT_HEADERS if name in response.headers}
    return {"status": response.status_code, "headers": headers, "body": base64.b64encode(body).decode()}


def _form(request: HttpRequest) -> bytes:
    """What was sent, without what changes between repeats: the CSRF token is masked anew on every page."""
    if request.content_type not in FORMS:
        return request.body
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, file.name, file.size, _digest(file)) for name, found in request.FILES.lists() for file in found)
    return repr([fields, files]).encode()


def _digest(file: Any) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
