"""数据与隐私 of one person: what is held, in a file for a day; and erasing them, after a time in which it can be taken back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.accounts.sure import sure
from groupops.groups import access
from groupops.groups.forms import refuse
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, naming, paging
from groupops.shared.errors import Refused
from members import queries as members
from members.leaving import EXPORT_LASTS, GRACE, ErasureState, ExportState
from members.models import Person
from members.privacy import queries
from members.privacy import services as privacy
from members.privacy.forms import ErasureForm, ExportForm

MOST = 10


@require_safe
def page(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is held of a person, what would become of it, and what was asked for."""
    return _shown(request, _person(request, person_id))


@require_POST
@sure
@once
def ask_export(request: HttpRequest, person_id: int) -> HttpResponse:
    """Have the file made."""
    person, form = _person(request, person_id), ExportForm(request.POST)
    if form.is_valid():
        try:
            privacy.ask_export(person=person, reason=form.cleaned_data["reason"], by=actor(request), at=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The file is being made. It can be fetched here in a moment, for a day."))
            return redirect("members:privacy", person.pk)
    return _shown(request, person, export_form=form)


@never_cache
@require_safe
@sure(reading=True)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for whoever asked for it."""
    access.demand_on_site(actor(request), Right.EXPORT_PERSONS)
    export = get_object_or_404(queries.exports_for(actor(request)), pk=pk)
    content = privacy.download(export=export, by=actor(request), at=clock.now())
    name = f'attachment; filename="person-{export.person_id}.zip"'
    return HttpResponse(content, content_type="application/zip", headers={"Content-Disposition": name})


@sensitive_post_parameters("password")
@require_POST
def ask_erasure(request: HttpRequest, person_id: int) -> HttpResponse:
    """Have them erased, after a time in which it can be taken back. Not `once`: a password is in the body; a second ask is refused."""
    access.demand_on_site(actor(request), Right.ERASE_PERSONS)
    person, form = _person(request, person_id), ErasureForm(request.POST)
    if form.is_valid():
        try:
            made = privacy.ask_erasure(person=person, **form.cleaned_data, by=actor(request), at=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            undo = f"undo:{reverse('members:erasure-back', args=[made.pk])}"
            messages.success(request, _("They will be erased. Until then it can be taken back."), extra_tags=undo)
            return redirect("members:privacy", person.pk)
    return _shown(request, person, erasure_form=form)


@require_POST
@once
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not erase them after all."""
    access.demand_on_site(actor(request), Right.ERASE_PERSONS)
    found = get_object_or_404(queries.erasures_for(actor(request)), pk=pk)
    privacy.take_back(erasure=found, by=actor(request), at=clock.now())
    messages.success(request, _("Taken back: nothing is erased."))
    return refreshed(request, "members:privacy", found.person_id)


@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """Who is to be erased, and who was; the newest first."""
    access.demand_on_site(actor(request), Right.ERASE_PERSONS)
    found = paging.page(queries.erasures_for(actor(request)), query=request.GET, order=("at", "id"))
    return render(request, "members/erasures.html#list" if is_htmx(request) else "members/erasures.html", {"page": found})


def _person(request: HttpRequest, person_id: int) -> Person:
    """The human; seen by those who may export. Erasing is a founder's alone."""
    rows = members.persons_for(actor(request), sandboxes=True).select_related("merged_into")
    found = get_object_or_404(rows, pk=person_id)
    access.demand_on_site(actor(request), Right.EXPORT_PERSONS)
    return found.human


def _shown(request: HttpRequest, person: Person, **given: forms.Form) -> HttpResponse:
    user = actor(request)
    subject = queries.subject(person)
    context: dict[str, Any] = {
        "person": person,
        "held": queries.preview(subject),
        "short_names": naming.short(subject),
        "exports": queries.exports_for(user).filter(person=person).order_by("-pk")[:MOST],
        "ready": ExportState.READY,
        "erasure": person.erasures.filter(state=ErasureState.WAITING).select_related("by").first(),
        "is_erased": privacy.is_erased(person),
        "may_erase": user.has_right(Right.ERASE_PERSONS),
        "hours": EXPORT_LASTS.days * 24,
        "days": GRACE.days,
        "export_form": ExportForm(),
        "erasure_form": ErasureForm(),
    }
    return render(request, "members/privacy.html", context | given, status=422 if any(form.errors for form in given.values()) else 200)
