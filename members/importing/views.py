"""Pages of the imports: bring in, look at the difference, take over, take back."""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups.views.found import actor, is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from groupops.shared.http import not_found_unless
from members.importing import queries, tables
from members.importing import services as importing
from members.importing.forms import ChatForm, ListForm, MappingForm
from members.models import ImportRow, Person, RosterImport
from members.rostering import DECIDABLE, ImportSort, ImportState, Reason, Verdict

PASTED = "paste"
FORMS: dict[str, type[ListForm | ChatForm]] = {ImportSort.TABLE.value: ListForm, ImportSort.CHAT.value: ChatForm}
MOST_CANDIDATES = 10


@once
def listing(request: HttpRequest) -> HttpResponse:
    """Every import of the groups one sees, and the forms that bring another in."""
    user, what = actor(request), request.POST.get("what", "")
    typed = {name: _form(form, name, request, user) for name, form in FORMS.items()}
    if request.method == "POST":
        not_found_unless(what in FORMS)
        form = typed[what]
        if form.is_valid() and (made := _brought_in(form, what, user)):
            row, is_new = made
            if not is_new:
                messages.info(request, _("This file was brought in before: nothing changes by bringing it in twice."))
            return redirect("members:import", row.pk)
    page = paging.page(queries.imports_for(user), query=request.GET, order=("at", "id"), size=20)
    context = {"page": page, "forms": typed, "may": bool(typed["table"].fields["group"].queryset.exists())}  # type: ignore[attr-defined]
    return render(request, "members/imports.html", context, status=422 if request.method == "POST" else 200)


def _form(form: type[ListForm | ChatForm], name: str, request: HttpRequest, user: User) -> ListForm | ChatForm:
    if request.method == "POST" and request.POST.get("what") == name:
        return form(request.POST, request.FILES, user=user, auto_id=f"id_{name}_%s")
    return form(user=user, initial={"group": request.GET.get("group")}, auto_id=f"id_{name}_%s")


def _brought_in(form: forms.Form, what: str, user: User) -> tuple[RosterImport, bool] | None:
    """The import; None, with the error on the form, where the file cannot be understood."""
    group, file, at = form.cleaned_data["group"], form.cleaned_data.get("file"), clock.now()
    limit = importing.LARGEST_CHAT if what == ImportSort.CHAT else tables.LARGEST
    content = file.read(limit + 1) if file else form.cleaned_data["text"].encode()
    digest, name = hashlib.sha256(content).hexdigest(), file.name if file else PASTED
    try:
        if what == ImportSort.CHAT:
            day = form.cleaned_data["day"]
            return importing.stage_chat(
                group=group, content=content, name=name, digest=digest, day=day.isoformat() if day else "", by=user, at=at
            )
        return importing.stage(group=group, table=tables.read(content), name=name, digest=digest, by=user, at=at)
    except Refused as bad:
        form.add_error("file", f"{bad.message} {_('Nothing was stored.')}")
        return None


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: what it would change, how far it is, or what it changed."""
    row = get_object_or_404(queries.imports_for(actor(request)), pk=pk)
    if is_htmx(request) and row.state == ImportState.APPLYING:
        return render(request, "members/import.html#progress", {"import": row})
    if is_htmx(request) and "poll" in request.GET:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "members/import.html", _context(request, row))


def _context(request: HttpRequest, row: RosterImport, mapping: MappingForm | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {"import": row, "is_chat": row.sort == ImportSort.CHAT, "open": row.state == ImportState.PREVIEWED}
    if context["is_chat"]:
        return context | {"first": parse_datetime(row.counts.get("first") or ""), "last": parse_datetime(row.counts.get("last") or "")}
    shown = request.GET.get("verdict", "")
    if shown not in Verdict.values:
        shown = next((verdict.value for verdict in Verdict if row.counts.get(verdict.value)), Verdict.NEW.value)
    page = paging.page(queries.rows_of(row, shown), query=request.GET, order=("number",), descending=False)
    initial: dict[str, Any] = {**row.mapping, "complete": row.complete}
    return context | {
        "page": page,
        "lines": _lines(page.rows),
        "shown": shown,
        "tabs": [_tab(verdict, row, shown) for verdict in Verdict],
        "mapping": mapping or MappingForm(header=row.header, initial=initial),
    }


def _tab(verdict: Verdict, row: RosterImport, shown: str) -> dict[str, Any]:
    badge, url = row.counts.get(verdict.value), f"?verdict={verdict.value}"
    return {"label": verdict.label, "url": url, "active": verdict.value == shown, "badge": badge}


def _lines(rows: list[ImportRow]) -> list[dict[str, Any]]:
    """The rows, each with the names of those who may be meant."""
    wanted = {pk for row in rows for pk in row.candidates[:MOST_CANDIDATES]}
    names = {person.pk: person for person in Person.objects.filter(pk__in=wanted)} if wanted else {}
    return [
        {
            "row": row,
            "candidates": [names[pk] for pk in row.candidates[:MOST_CANDIDATES] if pk in names],
            "decidable": row.reason in DECIDABLE,
            "why": Reason(row.reason).label if row.reason else "",
        }
        for row in rows
    ]


@require_POST
@once
def act(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """Compare anew, take over, put away, or take back."""
    row, by, at = get_object_or_404(queries.imports_for(actor(request)), pk=pk), actor(request), clock.now()
    not_found_unless(do in ("compare", "apply", "drop", "undo"))
    if do == "compare":
        return _compare(request, row, by)
    if do == "apply":
        importing.start(roster_import=row, by=by, at=at)
    elif do == "drop":
        importing.drop(roster_import=row, by=by, at=at)
        messages.success(request, _("Put away; nothing was changed."))
        return redirect("members:imports")
    else:
        done, kept = importing.undo(roster_import=row, by=by, at=at)
        messages.success(request, _("%(n)d lines were taken back.") % {"n": done})
        if kept:
            messages.warning(request, _("%(n)d lines stay: something happened to these members since.") % {"n": kept})
    return redirect("members:import", row.pk)


def _compare(request: HttpRequest, row: RosterImport, by: User) -> HttpResponse:
    form = MappingForm(request.POST, header=row.header)
    if form.is_valid():
        try:
            importing.preview(roster_import=row, mapping=form.mapping(), complete=form.cleaned_data["complete"], by=by)
        except importing.BadMapping as bad:
            form.add_error(None, str(bad.message))
        else:
            return redirect("members:import", row.pk)
    return render(request, "members/import.html", _context(request, row, form), status=422)


@require_POST
@once
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What a line that is in doubt means."""
    seen = ImportRow.objects.filter(roster_import__in=queries.imports_for(actor(request)))
    row = get_object_or_404(seen.select_related("roster_import__group").defer("roster_import__content"), pk=pk)
    importing.decide(row=row, decision=request.POST.get("decision", ""), by=actor(request), at=clock.now())
    return redirect(f"{reverse('members:import', args=[row.roster_import_id])}?verdict={Verdict.CONFLICT.value}")
