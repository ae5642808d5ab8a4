"""策略: the policy store as pages: what counts where, an editor with a preview of what changes, the history."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import policy_form, refuse
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Scope, ValueRefused, describe
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.shared.http import ids

SHOWN = 50  # groups in a preview, versions in a history


@dataclass(frozen=True)
class Place:
    """Where a value is set: the site, a kind, or a group."""

    scope: Scope
    kind: Kind | None = None
    group: Group | None = None

    @property
    def label(self) -> str:
        """The place's name."""
        return str(self.group or self.kind or Scope.SITE.label)

    @property
    def target(self) -> dict[str, Any]:
        """As queries and services take it."""
        return {"kind": self.kind, "group": self.group}

    @property
    def query(self) -> str:
        """As addresses carry it."""
        chosen = self.group or self.kind
        return urlencode({"scope": self.scope.value} | ({self.scope.value: chosen.pk} if chosen else {}))


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy with the site's value and where it differs."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    rows = [{"name": name, **_summary(name)} for name in queries.names()]
    return render(request, "groups/policies.html", {"policies": rows})


def _summary(name: str) -> dict[str, Any]:
    return {"title": queries.title_of(name), "values": queries.shown(queries.policy(name)), "overrides": queries.overrides(name)}


@require_safe
def policy(request: HttpRequest, name: str) -> HttpResponse:
    """One policy: its parts, the values at each place, the history of the site's value."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    _demand_known(name)
    value, default = queries.policy(name), queries.policy_class(name)()
    rows = [(item, getattr(default, item.name), getattr(value, item.name)) for item in describe(type(value))]
    context = {
        "name": name,
        "title": queries.title_of(name),
        "rows": rows,
        "overrides": [_override(item) for item in queries.overrides(name)],
        "history": queries.history(name)[:SHOWN],
        "kinds": Kind.objects.filter(archived=False),
        "groups": access.groups_with(actor(request), GroupRight.EDIT).order_by("name")[:500],
        "may_edit": actor(request).has_right(Right.MANAGE_POLICY),
    }
    return render(request, "groups/policy.html", context)


def _override(item: queries.Override) -> dict[str, Any]:
    place = Place(Scope(item.row.scope), item.row.kind, item.row.group)
    return {"row": item.row, "place": place, "values": queries.shown(item.value)}


def _demand_known(name: str) -> None:
    if name not in queries.names():
        raise Http404(_("There is no policy of this name."))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def policy_edit(request: HttpRequest, name: str) -> HttpResponse:
    """Set a policy at the place `?scope=site|kind|group&kind=|group=`, or take the value there back."""
    place = _place(request, name)
    form = _form(request, name, place)
    if request.method != "POST":
        return _page(request, name, place, form)
    taken_back = request.POST.get("do") == "take_back"
    if not (taken_back or form.is_valid()):
        return _page(request, name, place, form, status=422)
    value = None if taken_back else _value(form)
    why = request.POST.get("why", "")
    try:
        groups.set_policy(name=name, scope=place.scope, value=value, why=why, by=actor(request), at=clock.now(), **place.target)
    except Refused as refusal:
        form.is_valid()
        return _page(request, name, place, form, status=refuse(form, refusal))
    messages.success(request, _("The wider value counts again.") if taken_back else _("Saved. It counts from now on."))
    return redirect("groups:edit", place.group.pk) if place.group else redirect("groups:policy", name)


@require_POST
def policy_preview(request: HttpRequest, name: str) -> HttpResponse:
    """What a value would change: which groups, from what to what. Writes nothing."""
    place = _place(request, name)
    form = _form(request, name, place)
    effects, status = None, 422
    if form.is_valid():
        try:
            effects, status = queries.effects(name, value=_value(form), **place.target), 200
        except ValueRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
    return _page(request, name, place, form, effects=effects, status=status)


def _place(request: HttpRequest, name: str) -> Place:
    """The place of the address, if the reader may set policies there. Raises Http404, Forbidden."""
    _demand_known(name)
    scope = request.GET.get("scope", Scope.SITE)
    pk = next(iter(ids([request.GET.get("group") or request.GET.get("kind") or ""])), 0)
    if scope == Scope.GROUP:
        return Place(Scope.GROUP, group=access.group_for(actor(request), pk, GroupRight.EDIT))
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    if scope == Scope.SITE:
        return Place(Scope.SITE)
    kind = Kind.objects.filter(pk=pk).first() if scope == Scope.KIND else None
    if kind is None:
        raise Http404(_("There is no such place for a policy."))
    return Place(Scope.KIND, kind=kind)


def _form(request: HttpRequest, name: str, place: Place) -> forms.Form:
    return policy_form(queries.policy_class(name), request.POST or None, initial=queries.policy(name, **place.target))


def _value(form: forms.Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "why"}


def _page(request: HttpRequest, name: str, place: Place, form: forms.Form, *, effects: Any = None, status: int = 200) -> HttpResponse:
    context = {
        "name": name,
        "title": queries.title_of(name),
        "place": place,
        "form": form,
        "effects": effects[:SHOWN] if effects is not None else None,
        "effect_count": len(effects or []),
        "is_set": (row := queries.value_at(name, **place.target)) is not None and row.value is not None,
        "history": [(row, _shown(name, row.value)) for row in queries.history(name, **place.target)[:SHOWN]],
        "cancel": reverse("groups:edit", args=[place.group.pk]) if place.group else reverse("groups:policy", args=[name]),
    }
    return render(request, "groups/policy_edit.html", context, status=status)


def _shown(name: str, value: dict[str, Any] | None) -> list[tuple[Any, Any]] | None:
    """A stored value as (label, value) pairs; None where it was taken back."""
    return None if value is None else queries.shown(queries.instance(queries.policy_class(name), value))
