"""The rule of the tiers at one place: looked at before it is saved."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import queries as policies
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import policy_form, refuse
from groupops.groups.models import Kind
from groupops.groups.policy import Scope, ValueRefused, build
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused
from members.tiering import TierRule
from members.tiers import drawing, queries
from members.tiers.given import POLICY
from members.tiers.views.reading import number_in


@require_http_methods(["GET", "HEAD", "POST"])
@once
def rule(request: HttpRequest) -> HttpResponse:
    """The rule at ?scope=site|kind|group&kind=&group=: filled in and looked at by GET, which writes nothing, saved by POST."""
    place = _place(request)
    scope = place.pop("scope")
    shown = policies.policy(POLICY, **place)
    if request.method == "POST":
        form = policy_form(TierRule, request.POST, initial=shown)
        if form.is_valid():
            why, by = form.cleaned_data["why"], actor(request)
            try:
                groups.set_policy(name=POLICY, scope=scope, value=_value(form), why=why, by=by, at=clock.now(), **place)
            except Refused as refusal:
                return _rule(request, scope, place, form, status=refuse(form, refusal))
            messages.success(request, _("Saved. The tiers move with the next night; who falls has the grace."))
            return redirect(f"{reverse('members:tiers')}{_back(place)}")
        return _rule(request, scope, place, form, status=422)
    if "core" not in request.GET:
        return _rule(request, scope, place, policy_form(TierRule, initial=shown))
    form = policy_form(TierRule, request.GET, initial=shown)
    form.fields["why"].required = False
    if not form.is_valid():
        return _rule(request, scope, place, form, status=422)
    try:
        wanted = build(TierRule, _value(form))
    except ValueRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return _rule(request, scope, place, form, status=422)
    found = queries.preview(wanted, at=clock.now(), after=number_in(request.GET.get("behind")), **place)
    return _rule(request, scope, place, form, preview=found)


def _value(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "why"}


def _place(request: HttpRequest) -> dict[str, Any]:
    """Where the rule counts, if the reader may set it there: scope, kind, group. Raises Http404, Forbidden."""
    user, scope = actor(request), request.GET.get("scope", Scope.SITE)
    if scope == Scope.GROUP:
        return {"scope": Scope.GROUP, "kind": None, "group": access.group_for(user, number_in(request.GET.get("group")), GroupRight.EDIT)}
    access.demand_on_site(user, Right.MANAGE_POLICY)
    if scope == Scope.SITE:
        return {"scope": Scope.SITE, "kind": None, "group": None}
    kind = Kind.objects.filter(pk=number_in(request.GET.get("kind"))).first() if scope == Scope.KIND else None
    if kind is None:
        raise Http404(_("There is no such place for a policy."))
    return {"scope": Scope.KIND, "kind": kind, "group": None}


def _back(place: dict[str, Any]) -> str:
    return f"?group={place['group'].pk}" if place["group"] else ""


def _rule(
    request: HttpRequest, scope: Scope, place: dict[str, Any], form: Any, *, preview: queries.Preview | None = None, status: int = 200
) -> HttpResponse:
    chosen = place["group"] or place["kind"]
    query = request.GET.copy()
    query.pop("behind", None)
    context = {
        "form": form,
        "scope": scope,
        "label": str(chosen or Scope.SITE.label),
        "place": {"scope": scope.value} | ({scope.value: chosen.pk} if chosen else {}),
        "place_query": urlencode({"scope": scope.value} | ({scope.value: chosen.pk} if chosen else {})),
        "kinds": Kind.objects.filter(archived=False) if actor(request).has_right(Right.MANAGE_POLICY) else [],
        "preview": preview,
        "compared": list(zip(preview.now, preview.then, strict=True)) if preview else [],
        "names": [(row, drawing.name_of(was), drawing.name_of(tier)) for row, was, tier in preview.names] if preview else [],
        "more": f"?{query.urlencode()}&behind={preview.after}" if preview and preview.after else "",
        "cancel": f"{reverse('members:tiers')}{_back(place)}",
    }
    return render(request, "members/tier_rule.html", context, status=status)
