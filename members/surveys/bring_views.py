"""Tables of form tools: bring one in, say what its columns are, look at what it comes to, take over, take back."""

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups.forms import attempt, refuse
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from groupops.shared.http import not_found_unless
from members.importing.tables import LARGEST
from members.models import AnswerImport
from members.rostering import ImportState
from members.surveying import Judged, Outcome
from members.surveys import bringing, queries
from members.surveys.forms import ColumnsForm, TableForm

SHOWN = 100  # lines of one outcome on the page
DOES = ("columns", "apply", "drop", "undo")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def listing(request: HttpRequest) -> HttpResponse:
    """Every table of the groups one sees, and the form that brings another in."""
    user, status = actor(request), 200
    form = TableForm(*((request.POST, request.FILES) if request.method == "POST" else ()), user=user)
    if request.method == "POST":
        found, status = attempt(form, lambda: _staged(form, user))
        if found:
            made, is_new = found
            if not is_new:
                messages.info(request, _("This file was brought in before: nothing changes by bringing it in twice."))
            return redirect("members:form-import", made.pk)
    page = paging.page(queries.imports_for(user), query=request.GET, order=("at", "id"), size=20)
    may = form.fields["group"].queryset.exists()  # type: ignore[attr-defined]
    return render(request, "members/form_imports.html", {"page": page, "form": form, "may": may}, status=status)


def _staged(form: TableForm, user: User) -> tuple[AnswerImport, bool]:
    file = form.cleaned_data["file"]
    content = file.read(LARGEST + 1)
    given = {"group": form.cleaned_data["group"], "name": file.name, "digest": hashlib.sha256(content).hexdigest()}
    return bringing.stage(**given, content=content, by=user, at=clock.now())


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One table: its columns and what its lines come to, or what was taken over."""
    return _page(request, get_object_or_404(queries.imports_for(actor(request)), pk=pk), None)


def _page(request: HttpRequest, row: AnswerImport, columns: ColumnsForm | None, *, status: int = 200) -> HttpResponse:
    is_open = row.state == ImportState.PREVIEWED
    judged = bringing.preview(row) if is_open else []
    counts = {outcome: sum(line.outcome == outcome for line in judged) for outcome in Outcome}
    shown = request.GET.get("outcome", "")
    if shown not in Outcome.values:
        shown = next((outcome.value for outcome in Outcome if counts[outcome]), Outcome.NEW.value)
    names = {field.pk: field for field in queries.fields()}
    context = {
        "row": row,
        "is_open": is_open,
        "columns": columns or ColumnsForm(header=row.header, mapping=row.mapping),
        "tabs": [_tab(outcome, counts[outcome], shown) for outcome in Outcome],
        "lines": [_line(line, names) for line in judged if line.outcome == shown][:SHOWN],
        "shown": Outcome(shown).label,
        "more": max(counts[Outcome(shown)] - SHOWN, 0),
        "told": [(outcome.label, row.counts.get(outcome.value, 0)) for outcome in Outcome],
    }
    return render(request, "members/form_import.html", context, status=status)


def _tab(outcome: Outcome, count: int, shown: str) -> dict[str, Any]:
    return {"label": outcome.label, "url": f"?outcome={outcome.value}", "active": outcome.value == shown, "badge": count}


def _line(line: Judged, names: dict[int, Any]) -> dict[str, Any]:
    """The line as the page shows it: personal values masked, what does not fit with its reason."""
    said = [(names[pk].name, queries.shown(names[pk], value)) for pk, value in line.said.items() if pk in names]
    unfit = [(names[pk].name, why.label) for pk, why in line.unfit.items() if pk in names]
    return {"number": line.number, "name": line.who.name if line.who else line.name, "said": said, "unfit": unfit}


@require_POST
@once
def act(request: HttpRequest, pk: int, do: str) -> HttpResponse:
    """Say what the columns are, take over, put away, or take back."""
    row, by, at = get_object_or_404(queries.imports_for(actor(request)), pk=pk), actor(request), clock.now()
    not_found_unless(do in DOES)
    if do == "columns":
        form = ColumnsForm(request.POST, header=row.header, mapping=row.mapping)
        if not form.is_valid():
            return _page(request, row, form, status=422)
        try:
            bringing.set_columns(row=row, mapping=form.mapping(), by=by)
        except Refused as refusal:
            return _page(request, row, form, status=refuse(form, refusal))
    elif do == "apply":
        n = bringing.take_over(row=row, by=by, at=at)
        messages.success(request, _("%(n)d values are new on the profiles.") % {"n": n})
    elif do == "drop":
        bringing.drop(row=row, by=by, at=at)
        messages.success(request, _("Put away; nothing was changed."))
        return redirect("members:form-imports")
    else:
        stood, since = bringing.undo(row=row, by=by, at=at)
        messages.success(request, _("%(n)d values were taken back.") % {"n": stood})
        if since:
            messages.warning(request, _("%(n)d had been said anew since: the newer ones stay.") % {"n": since})
    return redirect("members:form-import", pk)
