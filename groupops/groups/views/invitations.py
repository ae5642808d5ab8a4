"""Inviting staff: the form and its link, what waits, taking back, and the page that the link opens."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.guards import SETUP, due
from groupops.accounts.middleware import public, source_of
from groupops.accounts.models import User
from groupops.accounts.policy import NEEDS_SECOND_FACTOR, Role
from groupops.accounts.services.allowed import demand_right
from groupops.accounts.sure import sure
from groupops.accounts.views.entry import BACKEND
from groupops.groups import queries
from groupops.groups import services as groups
from groupops.groups.forms import AcceptForm, InviteForm, attempt
from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from groupops.shared.throttle import limited

FORM = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(FORM)
@sure
@once
def invite(request: HttpRequest) -> HttpResponse:
    """Somebody new: with role and posts; the answer shows the link to give them."""
    user = actor(request)
    demand_right(user)
    form = InviteForm(request.POST if request.method == "POST" else None, by=user)
    link, status = "", 200
    if request.method == "POST":
        made, status = attempt(form, lambda: _made(form, request))
        if made:
            link, form = made, InviteForm(by=user)
    return render(request, "groups/staff_invite.html", {"form": form, "link": link}, status=status)


def _made(form: InviteForm, request: HttpRequest) -> str:
    values = form.cleaned_data
    given = {"name": values["name"], "role": Role(values["role"]), "seats": form.seats(), "lasts": form.lasts()}
    _invitation, token = groups.invite_staff(**given, by=actor(request), at=clock.now())
    return settings.PUBLIC_URL + reverse("staff-invitation", args=[token])


@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """Every invitation, the newest first; those that wait can be taken back."""
    demand_right(actor(request))
    state = request.GET.get("state", "")
    not_found_unless(state in {"", *queries.INVITATION_STATES})
    found = queries.staff_invitations(state=state, at=clock.now())
    page = paging.page(found, query=request.GET, order=("at", "id"))
    pills = [{"label": label, "url": f"?state={name}" if name else "?", "active": name == state} for name, label in _states()]
    template = "groups/staff_invitations.html"
    return render(request, f"{template}#list" if is_htmx(request) else template, {"page": page, "pills": pills, "now": clock.now()})


def _states() -> list[tuple[str, str]]:
    return [("", _("All")), ("open", _("Waiting")), ("accepted", _("Accepted")), ("over", _("Over"))]


@require_POST
@once
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The link is void from now on."""
    demand_right(actor(request))
    found = get_object_or_404(queries.staff_invitations(at=clock.now()), pk=pk)
    groups.revoke_invitation(invitation=found, by=actor(request), at=clock.now())
    messages.success(request, _("The invitation was taken back: its link opens nothing any more."))
    return redirect("staff-invitations")


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(FORM)
@limited
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody invited chooses user name, name and password, is logged in, and sets up a second factor where the role wants one."""
    row = groups.open_invitation(token, at=clock.now())
    form = AcceptForm(request.POST if request.method == "POST" else None, initial={"name": row.name})
    status = 200
    if request.method == "POST":
        user, status = attempt(form, lambda: _accepted(request, token, form))
        if user:
            login(request, user, backend=BACKEND)
            return redirect(SETUP if due(user) else settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "invitation": row, "seats": row.seats.select_related("group"), "wants_factor": row.role in NEEDS_SECOND_FACTOR}
    return render(request, "groups/staff_accept.html", context, status=status)


def _accepted(request: HttpRequest, token: str, form: AcceptForm) -> User:
    values = form.cleaned_data
    return groups.accept_staff_invitation(
        token=token,
        username=values["username"],
        name=values["name"],
        password=values["password1"],
        at=clock.now(),
        source=source_of(request),
    )
