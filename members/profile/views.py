"""One person's page: standing, timeline, tags; notes and tasks are written here."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.http import not_found_unless
from members import policy, queries
from members.care import services as care
from members.caring import CareSort, CareState, Wanted
from members.models import CareTask, Membership, Note, Person
from members.profile import queries as profile
from members.profile.forms import NoteForm, TaskForm
from members.tags import queries as tags
from members.tags import services as tagging
from members.tiering import TABLE, Tier

KINDS = {
    "": gettext_lazy("Everything"),
    "stay": gettext_lazy("Comings and goings"),
    "talk": gettext_lazy("Talk"),
    "question": gettext_lazy("Questions"),
    "care": gettext_lazy("Care"),
    "note": gettext_lazy("Notes"),
    "tag": gettext_lazy("Tags"),
    "name": gettext_lazy("Names"),
    "request": gettext_lazy("Requests"),
    "form": gettext_lazy("Forms"),
    "sweep": gettext_lazy("Sweep"),
}
ICONS = {
    "stay": "door-enter",
    "talk": "message",
    "question": "message-question",
    "care": "heart-handshake",
    "note": "note",
    "tag": "tag",
    "name": "signature",
    "request": "bulb",
    "form": "forms",
    "sweep": "user-minus",
}
MOST_TASKS = 20
MOST_SAID = 100


@require_safe
def page(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: identities, names, memberships, what is to be done, and the timeline, as far as the reader's groups show them."""
    person = _person(request, person_id)
    if person.merged_into_id:
        return redirect("members:profile", person.merged_into_id)
    return render(request, "members/profile.html#timeline" if is_htmx(request) else "members/profile.html", _context(request, person))


def _context(request: HttpRequest, person: Person, **forms_: forms.Form) -> dict[str, Any]:
    user, at = actor(request), clock.now()
    today = clock.local(at, user.zone).date()
    identities = list(queries.identities(person))
    rows = list(queries.with_recent(_stays(user, identities), today).order_by("-joined_at", "-id"))
    tags.hang_on(rows)
    cared = _stays_to_care_for(user, identities)
    kind = request.GET.get("kind", "")
    found = profile.timeline(
        [row.pk for row in identities],
        access.visible_to(user, sandboxes=True),
        after=request.GET.get("after", ""),
        kind=kind if kind in KINDS else "",
    )
    return {
        "person": person,
        "identities": identities,
        "former": queries.former_names(person),
        "memberships": [(row, TABLE[Tier(row.tier)] if row.tier else None) for row in rows],
        "activity": queries.activity(person, user, today),
        "said": queries.said_by([row.pk for row in identities], user)[:MOST_SAID],
        "days": policy.SPARK_DAYS,
        "recent_days": policy.RECENT_DAYS,
        "tasks": _tasks(user, identities),
        "timeline": found,
        "lines": [(entry, ICONS.get(entry.kind, "point")) for entry in found.entries],
        "pills": [{"label": label, "url": f"?kind={name}", "active": kind == name} for name, label in KINDS.items()],
        "kind": kind,
        "may_care": cared.exists(),
        "may_export": user.has_right(Right.EXPORT_PERSONS),
        "note_form": NoteForm(stays=cared),
        "task_form": TaskForm(stays=cared, initial={"due_at": timezone.localtime(at + timedelta(days=1))}),
    } | forms_


def _person(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(queries.persons_for(actor(request), sandboxes=True), pk=person_id)


def _stays(user: User, identities: list[Person]) -> QuerySet[Membership]:
    return queries.memberships_for(user, sandboxes=True).filter(person__in=identities)


def _stays_to_care_for(user: User, identities: list[Person]) -> QuerySet[Membership]:
    """The memberships about which the reader may write."""
    return (
        _stays(user, identities).filter(group__in=access.groups_with(user, GroupRight.CARE, sandboxes=True)).order_by("-joined_at", "-id")
    )


def _tasks(user: User, identities: list[Person]) -> QuerySet[CareTask]:
    """What is to be done for them."""
    seen = access.visible_to(user, sandboxes=True)
    rows = CareTask.objects.filter(membership__person__in=identities, group__in=seen, state=CareState.OPEN)
    return rows.select_related("group").order_by("due_at", "pk")[:MOST_TASKS]


@require_POST
@once
def note(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write a note."""
    person = _person(request, person_id)
    form = NoteForm(request.POST, stays=_stays_to_care_for(actor(request), list(queries.identities(person))))
    if not form.is_valid():
        return render(request, "members/profile.html", _context(request, person, note_form=form), status=422)
    made = tagging.write(membership=form.cleaned_data["membership"], text=form.cleaned_data["text"], by=actor(request), at=clock.now())
    messages.success(request, _("Noted."), extra_tags=f"undo:{reverse('members:note-to', args=[made.pk, 'hidden'])}")
    return redirect("members:profile", person.pk)


@require_POST
@once
def note_to(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """Take one's note back, or bring it back."""
    not_found_unless(to in ("hidden", "shown"))
    seen = Note.objects.filter(membership__group__in=access.visible_to(actor(request), sandboxes=True))
    found = get_object_or_404(seen.select_related("membership__group"), pk=pk)
    tagging.hide(note=found, hidden=to == "hidden", by=actor(request), at=clock.now())
    undoing = f"undo:{reverse('members:note-to', args=[pk, 'shown'])}" if to == "hidden" else ""
    messages.success(request, _("The note is taken back.") if undoing else _("The note stands again."), extra_tags=undoing)
    return refreshed(request, "members:profile", found.membership.person_id)


@require_POST
@once
def task(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write down what is to be done for them."""
    person = _person(request, person_id)
    form = TaskForm(request.POST, stays=_stays_to_care_for(actor(request), list(queries.identities(person))))
    if not form.is_valid():
        return render(request, "members/profile.html", _context(request, person, task_form=form), status=422)
    typed = form.cleaned_data
    wanted = Wanted(typed["membership"].pk, CareSort.CUSTOM, typed["due_at"], get_random_string(12), typed["note"])
    care.propose(wanted=[wanted], by=actor(request), at=clock.now())
    messages.success(request, _("It is on the list of things to do."))
    return redirect("members:profile", person.pk)
