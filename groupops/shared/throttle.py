"""How often one address may send the public forms: DRF's throttle, which counts in the cache. Without a cache nobody is kept out."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.throttling import SimpleRateThrottle

from groupops.shared.http import client_address, too_many


class PublicForms(SimpleRateThrottle):
    """All forms that open without a login together, by address (settings: PUBLIC_FORM_RATE)."""

    scope = "public_form"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """One count an address. A whole office shares one: the rate leaves room for that."""
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a public view: what is posted too often from one address is a 429 that says when to come back. Reading is free."""

    @wraps(view)
    def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle = PublicForms()
        if request.method == "POST" and not throttle.allow_request(request, None):  # type: ignore[arg-type]
            message = _("Too much was sent from your address in a short time. Wait a little, then send it once more.")
            return too_many(request, message, seconds=ceil(throttle.wait() or 60))
        return view(request, *args, **kwargs)

    return ask
