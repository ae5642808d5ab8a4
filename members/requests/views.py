"""需求反馈: what members wish for, by state; kept from a message or by hand, supported, moved."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx
from groupops.inbound.models import StoredEvent
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused
from groupops.shared.http import ids
from members.models import MemberRequest
from members.models.requests import TEXT_LENGTH, TITLE_LENGTH
from members.requesting import RequestState
from members.requests import queries
from members.requests import services as requests
from members.requests.forms import MoveForm, RequestForm, SupportForm

ORDER = ("created_at", "id")


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The requests in one state, the newest first; `?group=` those of one group."""
    user = actor(request)
    rows = queries.requests_for(user)
    if group := next(iter(ids([request.GET.get("group", "")])), None):
        rows = rows.filter(group=group)
    state = request.GET.get("state", "")
    shown = rows.filter(state=state) if state in RequestState.values else rows
    context = {
        "page": paging.page(shown, query=request.GET, order=ORDER),
        "pills": _pills(queries.counts(rows), state, group),
        "groups": access.groups_with(user, GroupRight.CARE).order_by("name")[:200],
        "state": state,
    }
    return render(request, "members/requests.html#list" if is_htmx(request) else "members/requests.html", context)


def _pills(counts: dict[str, int], state: str, group: int | None) -> list[dict[str, Any]]:
    kept = f"&group={group}" if group else ""
    every = [{"label": _("All"), "url": f"?{kept}", "active": not state, "count": sum(counts.values())}]
    return every + [
        {"label": label, "url": f"?state={value}{kept}", "active": state == value, "count": counts.get(value, 0)}
        for value, label in RequestState.choices
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest, group_id: int) -> HttpResponse:
    """Keep a request; `?event=` fills the form from the message it was said in."""
    group = access.group_for(actor(request), group_id, GroupRight.CARE)
    event = _event(group, request)
    form = RequestForm(request.POST if request.method == "POST" else None, group=group, initial=_filled(event))
    if form.is_valid():
        typed = form.cleaned_data
        try:
            made = requests.keep(
                group=group,
                title=typed["title"],
                text=typed["text"],
                membership=typed["name"],
                event=event,
                by=actor(request),
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("The request is kept."))
            return redirect("members:request", made.pk)
    return render(request, "members/request_new.html", {"group": group, "form": form}, status=422 if form.errors else 200)


def _event(group: Group, request: HttpRequest) -> StoredEvent | None:
    return StoredEvent.objects.filter(group=group, pk__in=ids([request.GET.get("event", "")])).first()


def _filled(event: StoredEvent | None) -> dict[str, str]:
    if event is None:
        return {}
    return {"name": event.user_name, "title": Truncator(event.text).chars(TITLE_LENGTH), "text": event.text[:TEXT_LENGTH]}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is wished for, who was told what; a POST moves it."""
    row = _row(request, pk)
    if request.method == "POST":
        access.demand(actor(request), GroupRight.CARE, row.group)
    form = MoveForm(request.POST if request.method == "POST" else None, initial={"state": row.state, "answer": row.answer})
    if form.is_valid():
        to = RequestState(form.cleaned_data["state"])
        told = requests.move(request=row, to=to, answer=form.cleaned_data["answer"], by=actor(request), at=clock.now())
        text = ngettext("Moved; %(n)d person is told.", "Moved; %(n)d people are told.", told) if told else _("Moved.")
        messages.success(request, text % {"n": told} if told else text)
        return redirect("members:request", row.pk)
    return _shown(request, row, form, SupportForm(group=row.group))


@require_POST
@once
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """Another member wishes for it too."""
    row = _row(request, pk)
    access.demand(actor(request), GroupRight.CARE, row.group)
    form = SupportForm(request.POST, group=row.group)
    if not form.is_valid():
        return _shown(request, row, MoveForm(initial={"state": row.state, "answer": row.answer}), form)
    is_new = requests.support(request=row, membership=form.cleaned_data["name"], by=actor(request), at=clock.now())
    messages.success(request, _("Noted: one more wishes for it.") if is_new else _("They are among the supporters already."))
    return redirect("members:request", row.pk)


def _row(request: HttpRequest, pk: int) -> MemberRequest:
    return get_object_or_404(queries.requests_for(actor(request)), pk=pk)


def _shown(request: HttpRequest, row: MemberRequest, form: MoveForm, supporting: SupportForm) -> HttpResponse:
    context = {
        "row": row,
        "form": form,
        "supporting": supporting,
        "support": row.support.select_related("membership__person").order_by("-at", "-pk")[:50],
        "news": row.news.select_related("membership__person").order_by("-at", "-pk")[:50],
        "may": access.may(actor(request), GroupRight.CARE, row.group),
    }
    return render(request, "members/request.html", context, status=422 if form.errors or supporting.errors else 200)
