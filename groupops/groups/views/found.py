"""What the pages of the groups share: who asks, what a group's page always shows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from groupops.accounts.middleware import actor as actor
from groupops.groups import access
from groupops.groups.models import Group


def is_htmx(request: HttpRequest) -> bool:
    """Whether only a part of the page is wanted (django-htmx)."""
    return bool(getattr(request, "htmx", False))


def refreshed(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """The answer to an act: htmx loads the page anew that it was done on; without it the browser goes `to`, as redirect takes it."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect(to, *args)


def frame(request: HttpRequest, group: Group, tab: str) -> dict[str, Any]:
    """Context of every page of a group: the group, its open tab, and `can`, the names of the reader's rights."""
    return {"group": group, "tab": tab, "can": {right.value for right in access.rights(actor(request), group)}}
