"""Sources: the list under the seed's four headings, who came from each and stayed; and where members came from, set by hand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.forms import attempt, refuse
from groupops.groups.views.found import actor, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, undos
from groupops.shared.errors import Refused
from groupops.shared.http import ids, next_url, not_found_unless
from members.models import Source
from members.sources import queries, services
from members.sources.queries import Came
from members.sourcing import Channel

ROOM = "members.sources"  # of its undos


class SourceForm(forms.Form):
    """A source of the list."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    channel = forms.ChoiceField(label=gettext_lazy("Heading"), choices=Channel.choices, initial=Channel.OTHER)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """The list by heading; archived ones by `?archived=1`."""
    archived = request.GET.get("archived") == "1"
    return _list(request, SourceForm(), archived=archived)


def _list(request: HttpRequest, form: SourceForm, *, archived: bool = False, status: int = 200) -> HttpResponse:
    user, found = actor(request), list(queries.sources(archived=archived))
    came = queries.came(user, clock.now())
    most = max((one.joined for one in came.values()), default=0) or 1
    by_heading = [
        {"label": channel.label, "rows": [_row(row, came.get(row.pk, Came()), most) for row in found if row.channel == channel]}
        for channel in Channel
    ]
    context = {
        "headings": [heading for heading in by_heading if heading["rows"]],
        "archived": archived,
        "form": form,
        "may_edit": user.has_right(Right.MANAGE_POLICY),
    }
    return render(request, "members/sources.html", context, status=status)


def _row(row: Source, came: Came, most: int) -> dict[str, Any]:
    """`bar`: the length of its bar in the chart, of 100."""
    return {"source": row, "came": came, "bar": round(100 * came.joined / most)}


@require_POST
@once
def source_new(request: HttpRequest) -> HttpResponse:
    """One more source."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    form = SourceForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.save_source(source=None, **_values(form), by=actor(request), at=clock.now())
        except Refused as refusal:
            status = refuse(form, refusal)
        else:
            messages.success(request, _("Added."))
            return redirect("members:sources")
    return _list(request, form, status=status)


@once
def source_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words for a source."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    row = get_object_or_404(Source, pk=pk)
    form = SourceForm(request.POST or None, initial={"name": row.name, "channel": row.channel, "note": row.note})
    status, by, at = 200, actor(request), clock.now()
    if request.method == "POST":
        _made, status = attempt(form, lambda: services.save_source(source=row, **_values(form), by=by, at=at))
        if status == 200:
            messages.success(request, _("Saved."))
            return redirect("members:sources")
    return render(request, "members/source_form.html", {"form": form, "source": row}, status=status)


def _values(form: SourceForm) -> dict[str, Any]:
    return {**form.cleaned_data, "channel": Channel(form.cleaned_data["channel"])}


@require_POST
@once
def source_archive(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """No longer offered (`archived`), or again."""
    row, archived = get_object_or_404(Source, pk=pk), to == "archived"
    services.archive_source(source=row, archived=archived, by=actor(request), at=clock.now())
    back = reverse("members:source-archive", args=[pk, "active" if archived else "archived"])
    messages.success(request, _("No longer offered.") if archived else _("Offered again."), extra_tags=undos.tags(back))
    return refreshed(request, "members:sources")


@require_POST
@once
def assign(request: HttpRequest) -> HttpResponse:
    """The members `pk` came from `source` (empty: nobody knows)."""
    chosen = request.POST.get("source", "")
    source = Source.objects.filter(pk__in=ids([chosen]), archived=False).first()
    not_found_unless(source or not chosen)
    changed = services.came_from(pks=ids(request.POST.getlist("pk")), source=source, by=actor(request), at=clock.now())
    n = len(changed)
    undoing = reverse("members:source-undo", args=[undos.token(ROOM, changed)])
    text = ngettext("The source of %(n)d member was noted.", "The source of %(n)d members was noted.", n) % {"n": n}
    if n:
        messages.success(request, text, extra_tags=undos.tags(undoing))
    else:
        messages.warning(request, _("Nothing was chosen that you may change."))
    return _back(request)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """The sources they had before."""
    was = [(int(pk), source) for pk, source in undos.read(ROOM, token)]
    n = services.take_back(was=was, by=actor(request), at=clock.now())
    messages.success(request, ngettext("%(n)d decision was taken back.", "%(n)d decisions were taken back.", n) % {"n": n})
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return refreshed(request, next_url(request, default=reverse("members:sources")))
