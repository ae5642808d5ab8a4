"""群规: of a group and of the base template: the text in force, its versions, what differs, a new one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.access import GroupRight
from groupops.groups.forms import RulesForm, refuse
from groupops.groups.models import Group, RuleSet
from groupops.groups.policy import filled, line_diff
from groupops.groups.views.found import actor, frame
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused

SHOWN = 50  # versions


@require_safe
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """A group's rules as members read them, and their versions; `?from=&to=` compares two."""
    group = access.group_for(actor(request), pk)
    found = _board(request, group)
    template = queries.template_for(group.kind)
    found["template_differs"] = found["current"] is None or found["current"].text != template
    return render(request, "groups/rules.html", frame(request, group, "rules") | found)


@require_safe
def base_rules(request: HttpRequest) -> HttpResponse:
    """The base template, from which new groups start."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    context = {"may_edit": actor(request).has_right(Right.MANAGE_POLICY), **_board(request, None)}
    return render(request, "groups/base_rules.html", context)


def _board(request: HttpRequest, group: Group | None) -> dict[str, Any]:
    versions = list(queries.versions(group)[:SHOWN])
    current = versions[0] if versions else None
    text = filled(current.text, group.name) if current and group else current.text if current else ""
    return {"current": current, "text": text, "versions": versions, **_comparison(request, versions)}


def _comparison(request: HttpRequest, versions: list[RuleSet]) -> dict[str, Any]:
    """The two versions to compare: those asked for, else the last two; nothing where there is only one."""
    by_number = {str(row.version): row for row in versions}
    newest, before = (str(row.version) for row in versions[:2]) if len(versions) > 1 else ("", "")
    old = by_number.get(request.GET.get("from", before))
    new = by_number.get(request.GET.get("to", newest))
    return {"old": old, "new": new, "diff": line_diff(old.text, new.text)} if old and new else {}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def rules_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of a group's rules; `?template=1` starts from the base rules and the kind's additions."""
    group = access.group_for(actor(request), pk, GroupRight.EDIT)
    start = queries.template_for(group.kind) if request.GET.get("template") else None
    return _edit(request, group, start, frame(request, group, "rules"))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def base_rules_edit(request: HttpRequest) -> HttpResponse:
    """A new version of the base template. Groups that exist keep their rules."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    return _edit(request, None, None, {})


def _edit(request: HttpRequest, group: Group | None, start: str | None, context: dict[str, Any]) -> HttpResponse:
    current = queries.versions(group).first()
    initial = {"seen": current.version if current else 0, "text": start or (current.text if current else "")}
    form = RulesForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                published = groups.publish_rules(group=group, by=actor(request), at=clock.now(), **form.cleaned_data)
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("Version %(version)s is in force.") % {"version": published.version})
                return _to_rules(group)
    return render(request, "groups/rules_edit.html", context | {"form": form, "current": current}, status=status)


@require_POST
@once
def rules_restore(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Publish an old version of a group's rules again."""
    group = access.group_for(actor(request), pk, GroupRight.EDIT)
    return _restore(request, get_object_or_404(RuleSet, group=group, version=version))


@require_POST
@once
def base_restore(request: HttpRequest, version: int) -> HttpResponse:
    """Publish an old version of the base template again."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    return _restore(request, get_object_or_404(RuleSet, group=None, version=version))


def _restore(request: HttpRequest, old: RuleSet) -> HttpResponse:
    seen = request.POST.get("seen", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
        raise Http404(_("There is no such action."))
    published = groups.restore_rules(rules=old, seen=int(seen), by=actor(request), at=clock.now())
    messages.success(request, _("Version %(version)s is in force.") % {"version": published.version})
    return _to_rules(old.group)


def _to_rules(group: Group | None) -> HttpResponse:
    return redirect("groups:rules", group.pk) if group else redirect("groups:base-rules")
