"""The seat of a person: on leave, one of us, and what the sweep did with them."""

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Forbidden
from groupops.shared.wall import wall_moment
from members import queries as members
from members.models import Colleague, Leave, Membership, Person
from members.sweep import queries, seats
from members.sweep.forms import ColleagueForm, LeaveForm

SHOWN = 50  # cases and leaves


def end_of(day: date, zone: str) -> datetime:
    """The moment after a local day."""
    return wall_moment(day + timedelta(days=1), time(0), zone)


@require_safe
def seat(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person's leaves in each group, who of us they are, and their cases."""
    person = _person(request, person_id)
    return _page(request, person)


def _person(request: HttpRequest, pk: int) -> Person:
    person: Person = get_object_or_404(members.persons_for(actor(request), sandboxes=True), pk=pk)
    return person


def _page(
    request: HttpRequest,
    person: Person,
    *,
    leave: LeaveForm | None = None,
    of: int = 0,
    colleague: ColleagueForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = actor(request), clock.now()
    rows = list(members.memberships_for(user, sandboxes=True).filter(person=person).order_by("pk"))
    rights = access.rights_on(user, [row.group for row in rows])
    open_leaves = {
        row.membership_id: row for row in Leave.objects.filter(membership__in=rows, ended_at=None, until__gt=at).select_related("by")
    }
    known = Colleague.objects.filter(person=person).select_related("user").first()
    context = {
        "person": person,
        "lines": [_line(row, open_leaves.get(row.pk), rights, leave if row.pk == of else None, at) for row in rows],
        "colleague": known,
        "colleague_form": colleague or ColleagueForm(initial={"user": known.user_id if known else None}),
        "may_name": any(GroupRight.MANAGE_POSTS in found for found in rights.values()),
        "cases": queries.cases_for(user).filter(membership__person=person).order_by("-run__at", "-pk")[:SHOWN],
    }
    return render(request, "members/sweep/seat.html", context, status=status)


def _line(
    row: Membership, leave: Leave | None, rights: dict[int, frozenset[GroupRight]], bound: LeaveForm | None, at: datetime
) -> dict[str, object]:
    today = clock.local(at, row.group.zone).date()
    form = bound or LeaveForm(today=today, prefix=f"m{row.pk}")
    return {"membership": row, "leave": leave, "form": form, "may": GroupRight.CARE in rights[row.group_id] and row.left_at is None}


@require_POST
@once
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """A member goes on leave."""
    row, user = _membership(request, pk), actor(request)
    form = LeaveForm(request.POST, today=clock.local(clock.now(), row.group.zone).date(), prefix=f"m{pk}")
    if not form.is_valid():
        return _page(request, row.person, leave=form, of=pk, status=422)
    until = end_of(form.cleaned_data["until"], row.group.zone)
    seats.grant(membership=row, until=until, reason=form.cleaned_data["reason"], by=user, at=clock.now())
    messages.success(request, _("Noted: the sweep leaves them alone until then."))
    return redirect("members:seat", row.person_id)


def _membership(request: HttpRequest, pk: int) -> Membership:
    row: Membership = get_object_or_404(members.memberships_for(actor(request), sandboxes=True), pk=pk)
    access.demand(actor(request), GroupRight.CARE, row.group)
    return row


@require_POST
@once
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The leave of a member is over."""
    row = _membership(request, pk)
    leave = Leave.objects.filter(membership=row, ended_at=None).select_related("membership__group").first()
    if leave is not None and seats.end(leave=leave, by=actor(request), at=clock.now()):
        messages.success(request, _("The leave is over."))
    return redirect("members:seat", row.person_id)


@require_POST
@once
def colleague(request: HttpRequest, person_id: int) -> HttpResponse:
    """Say which user of GroupOps a person is."""
    person = _person(request, person_id)
    groups = access.groups_with(actor(request), GroupRight.MANAGE_POSTS, sandboxes=True).filter(memberships__person=person)
    if not groups.exists():
        raise Forbidden(access.MISSING[GroupRight.MANAGE_POSTS])
    form = ColleagueForm(request.POST)
    if not form.is_valid():
        return _page(request, person, colleague=form, status=422)
    user: User | None = form.cleaned_data["user"]
    seats.name_colleague(person=person, user=user, by=actor(request), at=clock.now())
    messages.success(request, _("Noted: %(who)s is never swept.") % {"who": person.name} if user else _("Noted: not one of us."))
    return redirect("members:seat", person_id)
