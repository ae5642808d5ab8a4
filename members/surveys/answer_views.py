"""One form with its answers, their export, and whose an answer is that nobody could tell."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.groups.access import GroupRight
from groupops.groups.forms import refuse
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from groupops.shared.http import ids, not_found_unless
from groupops.shared.spreadsheet import csv_response, xlsx_response
from members import queries as members
from members.forms import RevealForm
from members.models import FieldValue, FormAnswer, MemberForm, ProfileField
from members.surveys import addresses, answering, queries, revealing
from members.surveys.forms import AnswerFilter
from members.surveys.views import form_of, moves

PART = 500  # answers read at once for an export


@require_safe
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """One form: its links, what it asks, and its answers, the newest first."""
    row, user = form_of(request, pk), actor(request)
    found, rows = _view(request, row)
    page, asks = paging.page(rows, query=request.GET, order=("at", "id")), queries.fields_of(row)
    said = queries.cells(page.rows, asks)
    context = {
        "form": row,
        "page": page,
        "lines": [{"row": answer, "cells": list(zip(asks, said[answer.pk], strict=True))} for answer in page.rows],
        "asks": asks,
        "filter": found,
        "query": request.GET.urlencode(),
        "counts": queries.counts([row])[row.pk],
        "links": [(target.group, addresses.group_url(row, target.group)) for target in row.targets.all()],
        "moves": moves(row),
        "may_edit": queries.may(user, GroupRight.EDIT, row),
        "may": queries.may(user, GroupRight.CARE, row),
    }
    return render(request, "members/form.html#list" if is_htmx(request) else "members/form.html", context)


def _view(request: HttpRequest, row: MemberForm) -> tuple[AnswerFilter, QuerySet[FormAnswer]]:
    """The filter and the answers it lets through: the same for the page and its export."""
    found = AnswerFilter(request.GET, queryset=queries.answers_for(actor(request)).filter(form=row), request=request)
    not_found_unless(found.is_valid())
    return found, found.qs


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Exactly the page's view, all pages of it, as CSV, or as XLSX with `?as=xlsx`. Personal values stay masked."""
    row = form_of(request, pk)
    _found, rows = _view(request, row)
    asks = queries.fields_of(row)
    head = [_("Sent"), _("Group"), _("Member"), _("Name as typed"), _("State"), *(field.name for field in asks)]
    lines = _lines(rows.order_by("-at", "-pk"), asks)
    if request.GET.get("as") == "xlsx":
        return xlsx_response("answers.xlsx", head, lines)
    return csv_response("answers.csv", head, lines)


def _lines(rows: QuerySet[FormAnswer], asks: list[ProfileField]) -> Any:
    part: list[FormAnswer] = []
    for answer in rows.iterator(chunk_size=PART):
        part.append(answer)
        if len(part) == PART:
            yield from _part(part, asks)
            part = []
    yield from _part(part, asks)


def _part(part: list[FormAnswer], asks: list[ProfileField]) -> Any:
    said = queries.cells(part, asks)
    for row in part:
        who = row.membership.human.name if row.membership else ""
        yield [timezone.localtime(row.at), row.group.name, who, row.name, row.get_state_display(), *said[row.pk]]


def _answer(request: HttpRequest, pk: int) -> FormAnswer:
    return get_object_or_404(queries.answers_for(actor(request)), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose is this answer? Members of the group by name or account; a person chooses."""
    row, user = _answer(request, pk), actor(request)
    if request.method == "POST":
        chosen = members.memberships_for(user, sandboxes=True).filter(pk__in=ids([request.POST.get("member", "")]), group=row.group).first()
        if chosen is None:
            messages.warning(request, _("Choose somebody of the group."))
            return redirect("members:answer", pk)
        answering.assign(answer=row, membership=chosen, by=user, at=clock.now())
        undoing = reverse("members:answer-to", args=[pk, "unassigned"])
        messages.success(request, _("Assigned: what they wrote stands on their profile."), extra_tags=f"undo:{undoing}")
        return redirect("members:form", row.form_id)
    asks = queries.fields_of(row.form)
    text = request.GET.get("q", "").strip()[:80]
    context = {
        "row": row,
        "said": list(zip(asks, queries.cells([row], asks)[row.pk], strict=True)),
        "candidates": queries.candidates(row, text) if row.state == "unmatched" else [],
        "q": text,
    }
    return render(request, "members/form_answer.html", context)


@require_POST
@once
def answer_to(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Leave it aside, look at it again, or take an assignment back."""
    row, by, at = _answer(request, pk), actor(request), clock.now()
    not_found_unless(to in ("aside", "again", "unassigned"))
    undoing = ""
    if to == "unassigned":
        answering.unassign(answer=row, by=by, at=at)
    else:
        answering.leave_aside(answer=row, aside=to == "aside", by=by, at=at)
        undoing = f"undo:{reverse('members:answer-to', args=[pk, 'again'])}" if to == "aside" else ""
    messages.success(request, _("The answer is left aside.") if to == "aside" else _("The answer waits again."), extra_tags=undoing)
    return refreshed(request, "members:form", row.form_id)


@require_http_methods(["GET", "HEAD", "POST"])
def value(request: HttpRequest, pk: int) -> HttpResponse:
    """One value with its history; a personal one in full once somebody says what for. Never kept by a browser."""
    seen = FieldValue.objects.filter(membership__in=members.memberships_for(actor(request), sandboxes=True))
    row = get_object_or_404(seen.select_related("field", "membership__group", "membership__person__merged_into"), pk=pk)
    form, opened, status = RevealForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                opened = revealing.reveal(row=row, reason=form.cleaned_data["reason"], by=actor(request), at=clock.now())
                status = 200
            except Refused as refusal:
                status = refuse(form, refusal)
    history = FieldValue.objects.filter(membership=row.membership, field=row.field).select_related("field", "answer__form", "by")
    context = {"row": row, "form": form, "opened": opened, "history": history.order_by("-at", "-pk")[:100]}
    response = render(request, "members/value.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
