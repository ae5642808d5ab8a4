"""What the pages of this app look up, with the access check, and where they return to."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from content import queries
from content.models import Post, Schedule, Slot
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor


def schedule_for(request: HttpRequest, pk: int, right: GroupRight = GroupRight.VIEW) -> Schedule:
    """The schedule if the user may see its group (else 404) and has the right (else Forbidden)."""
    found = get_object_or_404(queries.schedules(actor(request), sandboxes=True), pk=pk)
    access.demand(actor(request), right, found.group)
    return found


def slot_for(request: HttpRequest, pk: int, right: GroupRight = GroupRight.VIEW) -> Slot:
    """The slot, as schedule_for."""
    found = get_object_or_404(queries.slots(actor(request), sandboxes=True), pk=pk)
    access.demand(actor(request), right, found.schedule.group)
    return found


def post_for(request: HttpRequest, pk: int, right: GroupRight = GroupRight.VIEW) -> Post:
    """The post, as schedule_for."""
    found = get_object_or_404(queries.posts(actor(request), sandboxes=True), pk=pk)
    access.demand(actor(request), right, found.group)
    return found


def number(text: str) -> int:
    """An id that did not come by the path. Raises Http404 for what cannot be one."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404(_("There is nothing here."))
    return int(text)


def back(request: HttpRequest, otherwise: str, *args: object) -> HttpResponse:
    """To the page the button stood on, when the form says which (only ours: never to another site), else to `otherwise`."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(wanted)
    return redirect(otherwise, *args)
