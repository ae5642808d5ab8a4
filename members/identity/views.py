"""Pages of a merge: whom to pick, what it brings together, and back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import ids
from members import queries
from members.identity import queries as identity
from members.identity import services
from members.models import Person

LONGEST = 80


@require_safe
def pick(request: HttpRequest, person_id: int) -> HttpResponse:
    """Who may be the same human, found by name or account; with `with`, what the merge would bring together."""
    person, user = _person(request, person_id), actor(request)
    if person.merged_into_id:
        return redirect("members:merge", person.merged_into_id)
    text = request.GET.get("q", "").strip()[:LONGEST]
    other = identity.heads_for(user).filter(pk__in=ids([request.GET.get("with", "")])).exclude(pk=person.pk).first()
    context = {
        "person": person,
        "q": text,
        "other": other,
        "preview": identity.preview(person, other) if other else None,
        "persons": [] if other else identity.found(person, user, text) if text else identity.suggestions(person, user),
        "may": identity.may_merge(user, identity.humans(person) + (identity.humans(other) if other else [])),
        "merges": identity.open_merges(person),
    }
    return render(request, "members/merge.html", context)


def _person(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(queries.persons_for(actor(request), sandboxes=True), pk=person_id)


@require_POST
@once
def merge(request: HttpRequest, person_id: int, other_id: int) -> HttpResponse:
    """Say that the two are one: the second one's profile shows both from now on."""
    person, other = _person(request, person_id), _person(request, other_id)
    services.merge(person=person, into=other, by=actor(request), at=clock.now())
    undoing = reverse("members:part", args=[person.pk])
    messages.success(request, _("They are one person now."), extra_tags=f"undo:{undoing}")
    return redirect("members:profile", other.pk)


@require_POST
@once
def part(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take the merge of this identity back."""
    person = _person(request, person_id)
    services.part(person=person, by=actor(request), at=clock.now())
    messages.success(request, _("They are two persons again."))
    return redirect("members:profile", person.pk)
