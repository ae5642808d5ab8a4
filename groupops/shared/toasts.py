"""Messages of Django after an htmx request: a fragment has no region for them, so they travel as `toast` events."""

import json
from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse

from groupops.shared.templatetags.ui import toast_kind, undo_url

GetResponse = Callable[[HttpRequest], HttpResponse]
HEADER = "HX-Trigger"


class Toasts:
    """Adds what is queued to HX-Trigger, for assets/js/controllers/toasts.js. Stands below MessageMiddleware."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") and not _another_answer_follows(response):
            _attach(request, response)
        return response


def _another_answer_follows(response: HttpResponse) -> bool:
    """A redirect, a reload, or nothing new: the messages wait for what is shown next."""
    headers = {"HX-Redirect", "HX-Location", "HX-Refresh"}
    return 300 <= response.status_code < 400 or response.status_code == 204 or any(name in response.headers for name in headers)


def _attach(request: HttpRequest, response: HttpResponse) -> None:
    storage = get_messages(request)
    if getattr(storage, "used", False):  # the fragment shows them itself
        return
    toasts = [{"text": str(message), "kind": toast_kind(message), "undo": undo_url(message)} for message in storage]
    if not toasts:
        return
    events = _events(response.headers.get(HEADER, ""))
    refusal = events.get("toast")
    events["toast"] = {"items": [*([refusal] if refusal else []), *toasts]}
    response.headers[HEADER] = json.dumps(events)


def _events(header: str) -> dict[str, object]:
    """What the view itself triggers: htmx takes JSON, or names with commas between them."""
    if header.startswith("{"):
        return dict(json.loads(header))
    return {name.strip(): None for name in header.split(",") if name.strip()}
