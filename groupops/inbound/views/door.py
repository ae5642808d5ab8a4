"""The door: a platform pushes what happened; it is checked, kept, and answered after the commit."""

import logging
import re

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from groupops.accounts.middleware import public
from groupops.inbound import policy, services
from groupops.messaging import registry
from groupops.messaging.adapter import AdapterError, ContentRejected, Forged, NotSupported
from groupops.messaging.models import Connection
from groupops.shared import clock, http

log = logging.getLogger(__name__)
METHODS = ("GET", "POST", "PUT")  # some platforms ask by GET whether the address is ours
NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")


@public
@csrf_exempt
@never_cache
def door(request: HttpRequest, door: str, below: str = "") -> HttpResponse:
    """POST /in/<door>/, or below it where a platform adds paths of its own: its own answer after the commit, else problem+json.

    404 unknown door or a platform that pushes nothing, 405 method, 413 more than 1 MiB, 401 not signed, 400 nonsense, 503 ours.
    A paused connection still takes what is pushed: a pause stops what we do, not what happens in the room.
    """
    if request.method not in METHODS:
        return _not_allowed(request, METHODS)
    connection = Connection.objects.filter(door=door).first() if NAME.fullmatch(door) else None
    if connection is None or connection.adapter not in registry.by_kind():
        return http.error(request, 404, _("There is no such door."))
    try:
        body = _body(request)
    except RequestDataTooBig:
        return http.error(request, 413, _("The body is larger than 1 MiB."))
    except UnreadablePostError:
        return http.error(request, 400, _("The body ended too early."))
    return _understood(request, connection, below, body)


def _body(request: HttpRequest) -> bytes:
    """The raw bytes, which signatures are over."""
    if len(request.body) > policy.BODY_LIMIT:
        raise RequestDataTooBig
    return request.body


def _understood(request: HttpRequest, connection: Connection, below: str, body: bytes) -> HttpResponse:
    adapter = registry.adapter_for(connection)
    told = (str(request.method), request.headers, request.GET.dict(), body)
    try:
        push = adapter.parse_push_below(below, *told) if below else adapter.parse_push(*told)
    except AdapterError as refusal:
        return _refused(request, connection, refusal)
    services.store(connection=connection, events=push.events, at=clock.now())
    return HttpResponse(push.body, status=push.status, content_type=push.content_type)


def _refused(request: HttpRequest, connection: Connection, refusal: AdapterError) -> HttpResponse:
    log.warning("the door of connection %s refused a request: %s", connection.pk, refusal.__class__.__name__)
    match refusal:
        case Forged():
            response = http.error(request, 401, _(refusal.message))
            response["WWW-Authenticate"] = "Signature"
            return response
        case NotSupported(code="method"):
            return _not_allowed(request, ("POST",))
        case NotSupported():
            return http.error(request, 404, _("This platform pushes nothing."))
        case ContentRejected():
            return http.error(request, 400, _(refusal.message))
    return http.error(request, 503, _(refusal.message))


def _not_allowed(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse:
    response = http.error(request, 405, _("The door does not take this method."))
    response["Allow"] = HttpResponseNotAllowed(allowed)["Allow"]
    return response
