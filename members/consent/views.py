"""授权与联系方式: how one person can be reached, masked; what they agreed to, with its history."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.groups.access import GroupRight
from groupops.groups.forms import refuse
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Refused
from groupops.shared.http import not_found_unless
from members import queries as members
from members.consent import queries
from members.consent import services as consent
from members.consent.forms import ConsentForm, ContactForm
from members.consenting import ContactKind, Origin, Purpose, Told
from members.forms import RevealForm
from members.models import Consent, Contact, Person

HISTORY = 50


@require_safe
def page(request: HttpRequest, person_id: int) -> HttpResponse:
    """How to reach them, what they agreed to, and what they said before."""
    return _shown(request, _person(request, person_id))


@require_POST
@once
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """Keep a contact."""
    person, form = _person(request, person_id), ContactForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        kind, origin = ContactKind(typed["kind"]), Origin(typed["origin"])
        try:
            made = consent.add(person=person, kind=kind, value=typed["value"], origin=origin, by=actor(request), at=clock.now())
        except Refused as refused:
            if refused.status == 403:
                raise
            refuse(form, refused)
        else:
            messages.success(request, _("Kept."), extra_tags=_undo(made, "removed"))
            return redirect("members:consent", person.pk)
    return _shown(request, person, contact_form=form)


@require_POST
@once
def note(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write down what they agree to, or no longer."""
    person, form = _person(request, person_id), ConsentForm(request.POST)
    if not form.is_valid():
        return _shown(request, person, consent_form=form)
    typed = form.cleaned_data
    purpose, told = Purpose(typed["purpose"]), Told(typed["told"])
    consent.note(person=person, purpose=purpose, given=typed["given"], told=told, why=typed["why"], by=actor(request), at=clock.now())
    messages.success(request, _("Written down."))
    return redirect("members:consent", person.pk)


@require_POST
@once
def contact_to(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Take a contact out, or bring it back."""
    not_found_unless(to in ("removed", "kept"))
    rows = Contact.objects.filter(person__in=members.persons_for(actor(request), sandboxes=True)).select_related("person")
    found = get_object_or_404(rows, pk=pk)
    consent.remove(contact=found, removed=to == "removed", by=actor(request), at=clock.now())
    text = _("Taken out; deleted for good in a day.") if to == "removed" else _("Kept.")
    messages.success(request, text, extra_tags=_undo(found, "kept") if to == "removed" else "")
    return refreshed(request, "members:consent", found.person.merged_into_id or found.person_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks what one contact is needed for, then shows it: on this answer alone, nowhere kept. Each look is a line in the log."""
    found = get_object_or_404(queries.contacts_for(actor(request)), pk=pk)
    form, value = RevealForm(request.POST if request.method == "POST" else None), ""
    if form.is_valid():
        try:
            value = consent.reveal(contact=found, reason=form.cleaned_data["reason"], by=actor(request), at=clock.now())
        except Refused as refused:
            if refused.status == 403:
                raise
            refuse(form, refused)
    context = {"contact": found, "person": found.person.human, "form": form, "value": value}
    return render(request, "members/contact.html", context, status=422 if form.errors else 200)


def _person(request: HttpRequest, person_id: int) -> Person:
    found = get_object_or_404(members.persons_for(actor(request), sandboxes=True).select_related("merged_into"), pk=person_id)
    return found.human


def _undo(contact: Contact, to: str) -> str:
    return f"undo:{reverse('members:contact-to', args=[contact.pk, to])}"


def _shown(request: HttpRequest, person: Person, **forms: Any) -> HttpResponse:
    user, identities = actor(request), list(members.identities(person))
    context = {
        "person": person,
        "contacts": queries.contacts_of(identities).select_related("by"),
        "standing": queries.standing_of(identities),
        "history": Consent.objects.filter(person__in=identities).select_related("by").order_by("-at", "-pk")[:HISTORY],
        "may_care": queries.place(person, user, GroupRight.CARE) is not None,
        "may_reveal": queries.place(person, user, GroupRight.REVEAL) is not None,
        "contact_form": ContactForm(),
        "consent_form": ConsentForm(),
    } | forms
    return render(request, "members/consent.html", context, status=422 if any(form.errors for form in forms.values()) else 200)
