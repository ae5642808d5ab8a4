"""分层: shares against the bands, flow by month, what changed and why; the rule with a preview; a tier held by hand."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups import queries as policies
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import policy_form, refuse
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Scope, ValueRefused, build
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, undos
from groupops.shared.errors import Refused
from groupops.shared.http import next_url
from members import queries as members
from members.models import Membership
from members.tiering import TierRule
from members.tiers import drawing, queries
from members.tiers import services as tiers
from members.tiers.forms import LockForm
from members.tiers.given import POLICY
from members.tiers.services import Held

ORDER = ("at", "id")
ROOM = "members.tiers"  # of its undos
ONE = timedelta(days=1)
LONG = timedelta(days=90)  # how far the form of a lock proposes


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The tiers of one group (?group=) or of all that one sees; ?month= names a day of the month that the flow is drawn of."""
    user, at = actor(request), clock.now()
    group = access.group_for(user, number) if (number := _number(request.GET.get("group"))) else None
    seen = queries.groups_seen(user, group)
    page = paging.page(queries.changes(seen), query=request.GET, order=ORDER)
    first, last = _month(request.GET.get("month"), clock.local(at, user.zone).date())
    counts = queries.shape(seen)
    flows = queries.flow(seen, first, last)
    context = {
        "page": page,
        "group": group,
        "groups": access.visible_to(user).order_by("name"),
        "shares": (shares := queries.shares(counts)),
        "known": sum(share.members for share in shares),
        "unknown": counts.get("", 0),
        "gauge": drawing.gauge(shares),
        "sankey": drawing.sankey(flows) if flows else None,
        "flows": [(drawing.name_of(one.was), drawing.name_of(one.tier), one.members) for one in flows if one.was != one.tier],
        "month": first,
        "earlier": _link(group, first - ONE),
        "later": _link(group, last + ONE) if last < clock.local(at, user.zone).date() else "",
        "candidates": queries.candidates(seen, at),
        "may_edit": access.may(user, GroupRight.EDIT, group) if group else user.has_right(Right.MANAGE_POLICY),
        "rule_query": urlencode({"scope": "group", "group": group.pk}) if group else "",
        "rule": policies.shown(policies.policy(POLICY, group=group)),
    }
    return render(request, "members/tiers.html#list" if is_htmx(request) else "members/tiers.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _month(text: str | None, today: date) -> tuple[date, date]:
    """The first and last day of the month that an address names by one of its days, else of the present one."""
    try:
        chosen = parse_date(text or "") or today
        first = chosen.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - ONE
    except (ValueError, OverflowError):
        return _month(None, today)


def _link(group: Group | None, day: date) -> str:
    return "?" + urlencode(({"group": group.pk} if group else {}) | {"month": day.isoformat()})


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
    found = queries.preview(wanted, at=clock.now(), after=_number(request.GET.get("behind")), **place)
    return _rule(request, scope, place, form, preview=found)


def _value(form: Any) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "why"}


def _place(request: HttpRequest) -> dict[str, Any]:
    """Where the rule counts, if the reader may set it there: scope, kind, group. Raises Http404, Forbidden."""
    user, scope = actor(request), request.GET.get("scope", Scope.SITE)
    if scope == Scope.GROUP:
        return {"scope": Scope.GROUP, "kind": None, "group": access.group_for(user, _number(request.GET.get("group")), GroupRight.EDIT)}
    access.demand_on_site(user, Right.MANAGE_POLICY)
    if scope == Scope.SITE:
        return {"scope": Scope.SITE, "kind": None, "group": None}
    kind = Kind.objects.filter(pk=_number(request.GET.get("kind"))).first() if scope == Scope.KIND else None
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


@require_http_methods(["GET", "HEAD", "POST"])
@once
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold a member in a tier until a day, with a reason."""
    row, at = _member(actor(request), pk), clock.now()
    today = clock.local(at, row.group.zone).date()
    form = LockForm(request.POST or None, initial={"tier": row.tier, "until": today + LONG, "reason": row.tier_lock_reason})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                was = tiers.lock(membership=row, **form.cleaned_data, by=actor(request), at=at)
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                _told(request, row, was, _("%(name)s stays in this tier until %(until)s."))
                return redirect(_profile(request, row))
    return render(request, "members/tier_lock.html", {"row": row, "form": form, "next": next_url(request, default="")}, status=status)


@require_POST
@once
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the nights move them again."""
    row = _member(actor(request), pk)
    was = tiers.unlock(membership=row, by=actor(request), at=clock.now())
    _told(request, row, was, _("The lock on %(name)s is gone; the next night judges."))
    return _done(request, row)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take a lock or its release back, while the message that offered it is fresh."""
    pk, was, now = undos.read(ROOM, token)
    row = _member(actor(request), pk)
    tiers.restore(membership=row, was=_held(was), now=_held(now), by=actor(request), at=clock.now())
    messages.success(request, _("Undone."))
    return _done(request, row)


def _member(user: User, pk: int) -> Membership:
    row: Membership = get_object_or_404(members.memberships_for(user, sandboxes=True), pk=pk)
    access.demand(user, GroupRight.CARE, row.group)
    return row


def _told(request: HttpRequest, row: Membership, was: Held, text: str) -> None:
    row.refresh_from_db(fields=tiers.COLUMNS)
    token = undos.token(ROOM, [row.pk, _plain(was), _plain(tiers.held(row))])
    values = {"name": row.person.name, "until": row.tier_locked_until}
    messages.success(request, text % values, extra_tags=undos.tags(reverse("members:tier-undo", args=[token])))


def _plain(one: Held) -> dict[str, Any]:
    return asdict(one) | {"until": one.until.isoformat() if one.until else None}


def _held(plain: dict[str, Any]) -> Held:
    return Held(**(plain | {"until": parse_date(plain["until"]) if plain["until"] else None}))


def _profile(request: HttpRequest, row: Membership) -> str:
    return next_url(request, default=reverse("members:profile", args=[row.person_id]))


def _done(request: HttpRequest, row: Membership) -> HttpResponse:
    return refreshed(request, _profile(request, row))
