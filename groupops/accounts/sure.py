"""Before something dangerous a person proves once more who they are: by password, code or passkey, good for ten minutes.

    @require_POST
    @sure
    def erase(request, pk): …

What was being sent is done after that by itself, so that nothing typed is lost. A login is a proof too.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, overload
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.core.internal.httpkit import serialize_request
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from rest_framework.request import Request

from groupops.accounts.models import ApiToken
from groupops.shared.errors import Forbidden

View = Callable[..., HttpResponseBase]
When = Callable[[HttpRequest], bool]
LARGEST = 64 * 1024  # what of a form waits in the session meanwhile
SECRET = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")


class NotSure(Forbidden):
    """Something dangerous is asked of the API by a browser's session that is not fresh."""

    code = "reauthentication_required"


def is_sure(request: HttpRequest) -> bool:
    """Whether the person logged in or proved who they are within ACCOUNT_REAUTHENTICATION_TIMEOUT."""
    return not reauthentication.is_reauthentication_required(request, app="groupops.accounts")


def demand_sure(request: Request) -> None:
    """For API views: raise NotSure for a browser's session that is not fresh. A token is proof of itself."""
    if not isinstance(request.auth, ApiToken) and not is_sure(request._request):
        raise NotSure(_("This needs a fresh proof of who you are. Confirm it on the page, or use an API token."))


@overload
def sure(view: View) -> View: ...
@overload
def sure(*, reading: bool = False, keep: bool = True, when: When | None = None) -> Callable[[View], View]: ...
def sure(view: View | None = None, *, reading: bool = False, keep: bool = True, when: When | None = None) -> View | Callable[[View], View]:
    """Decorate a dangerous view. `reading` asks on GET too (downloads, forms for secrets), `when` only for some of what is sent.

    `keep` False: what was sent holds secrets or files, which must not lie in the session; the form has to be filled in again. Forms for
    secrets ask when they are opened, so that this happens only to somebody who took longer than the proof lasts.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def ask(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            sends = request.method not in {"GET", "HEAD"}
            harmless = not (sends or reading) or (when is not None and not when(request))
            if harmless or is_sure(request):
                return view(request, *args, **kwargs)
            return _ask(request, sends=sends, keep=keep)

        return ask

    return decorate(view) if view else decorate


def _ask(request: HttpRequest, *, sends: bool, keep: bool) -> HttpResponse:
    """To the page that asks; afterwards back here."""
    where = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    if request.headers.get("HX-Request"):  # a part of a page cannot ask; the page comes back, and the button is pressed again
        back = urlsplit(request.headers.get("HX-Current-URL", "/"))
        return HttpResponse(status=403, headers={"HX-Redirect": _to(where, f"{back.path or '/'}{'?' + back.query if back.query else ''}")})
    if not sends:
        return redirect(_to(where, request.get_full_path()))
    if keep and not request.FILES and len(request.POST.urlencode()) <= LARGEST:
        request.session[reauthentication.STATE_SESSION_KEY] = {"request": _stashed(request)}
    else:
        messages.warning(request, _("Confirm who you are, then fill the form in again: what you typed was not kept."))
    return redirect(_to(where, request.path))


def _to(where: str, back: str) -> str:
    return f"{where}?{urlencode({'next': back})}"


def _stashed(request: HttpRequest) -> str:
    kept = json.loads(serialize_request(request))
    kept["META"] = {name: value for name, value in kept["META"].items() if name not in SECRET}
    return json.dumps(kept)
