"""People and roles: a founder invites, changes roles, deactivates, hands out links."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts import queries
from groupops.accounts import services as accounts
from groupops.accounts.forms import PeopleFilter, PersonForm
from groupops.accounts.guards import due
from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.accounts.services.allowed import demand_right
from groupops.accounts.sure import sure
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who can log in, with role and state."""
    demand_right(actor(request))
    form = PeopleFilter(request.GET)
    values = form.cleaned_data if form.is_valid() else {}
    found = queries.people(**{name: values.get(name, "") for name in form.fields})
    page = paging.page(found, query=request.GET, order=("username", "id"), descending=False)
    template = "accounts/people.html#rows" if request.headers.get("HX-Request") else "accounts/people.html"
    return render(request, template, {"page": page, "form": form, "is_filtered": any(values.values())})


@require_http_methods(["GET", "HEAD", "POST"])
@sure
@once
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: name, address, role; their tokens; deactivating."""
    user = _person(request, pk)
    form = PersonForm(request.POST if request.method == "POST" else None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            accounts.update_user(user=user, by=actor(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("person", pk)
    return render(request, "accounts/person.html", _context(user, form=form), status=422 if form.errors else 200)


@require_POST
@sure
@once
def person_active(request: HttpRequest, pk: int, *, on: bool) -> HttpResponse:
    """Deactivate or reactivate somebody; the message offers the way back."""
    user = _person(request, pk)
    accounts.update_user(user=user, by=actor(request), at=clock.now(), is_active=on)
    text = _("%(name)s may log in again.") if on else _("%(name)s can no longer log in; their API tokens are refused.")
    undo = reverse("person-deactivate" if on else "person-reactivate", args=[pk])
    messages.success(request, text % {"name": user}, extra_tags=f"undo:{undo}")
    return redirect("person", pk)


@never_cache
@require_POST
@sure
@once
def person_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time link on which the person chooses a password."""
    user = _person(request, pk)
    return _with_link(request, user, accounts.make_link(user=user, by=actor(request), at=clock.now()))


def _person(request: HttpRequest, pk: int) -> User:
    demand_right(actor(request))
    return get_object_or_404(User, pk=pk)


def _with_link(request: HttpRequest, user: User, token: str) -> HttpResponse:
    link = settings.PUBLIC_URL + reverse("invitation", args=[token])
    return render(request, "accounts/person.html", _context(user, link=link))


def _context(user: User, *, form: PersonForm | None = None, link: str = "") -> dict[str, Any]:
    form = form or PersonForm(instance=User.objects.get(pk=user.pk))
    return {"person": user, "form": form, "link": link, "tokens": queries.tokens_of(user), "now": clock.now()} | _entries(user)


def _show(form: Any, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))


def _entries(user: User) -> dict[str, Any]:
    """How they log in: second factor, and the browsers they are logged in with."""
    at = clock.now()
    return {"sessions": queries.sessions_of(user, at=at)[:20], "factors": queries.factors_of(user), "factor_due": due(user)}
