"""Forms of themes and duties: of a kind, or of a group, which gets its own by the first edit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from content import queries
from content import services as content
from content.forms import DutyForm, ScopedForm, ThemeForm, attempt, duty_initial, theme_initial
from content.models import Duty, Theme
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, Kind
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock

NEW = "new"  # the key in the address of what is not there yet


@dataclass(frozen=True)
class Sort:
    """Themes or duties: how they are read, shown and written."""

    form: type[ScopedForm]
    initial: Callable[[Any], dict[str, Any]]
    of_kind: Callable[[Kind], list[Any]]
    of_groups: Callable[[list[Group]], dict[int, list[Any]]]
    save: Callable[..., Any]
    model: type[Theme] | type[Duty]
    title: Promise


SORTS = {
    "theme": Sort(
        ThemeForm, theme_initial, queries.themes_of_kind, queries.themes_for, content.save_theme, Theme, gettext_lazy("Theme of the week")
    ),
    "duty": Sort(DutyForm, duty_initial, queries.duties_of_kind, queries.duties_for, content.save_duty, Duty, gettext_lazy("Staff duty")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def kind_part(request: HttpRequest, kind_id: int, sort: str, key: str) -> HttpResponse:
    """A theme or a duty of a kind; the key `new` makes one."""
    access.demand_on_site(actor(request), Right.MANAGE_POLICY)
    return _edit(request, get_object_or_404(Kind, pk=kind_id), _sort(sort), key)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def group_part(request: HttpRequest, group_id: int, sort: str, key: str) -> HttpResponse:
    """A theme or a duty of a group; the first edit copies its kind's."""
    return _edit(request, access.group_for(actor(request), group_id, GroupRight.CONTENT), _sort(sort), key)


def _sort(name: str) -> Sort:
    if name not in SORTS:
        raise Http404(_("There is nothing here."))
    return SORTS[name]


def _edit(request: HttpRequest, owner: Kind | Group, sort: Sort, key: str) -> HttpResponse:
    rows = (sort.of_groups([owner])[owner.pk] or sort.of_kind(owner.kind)) if isinstance(owner, Group) else sort.of_kind(owner)
    row = next((row for row in rows if row.key == key), None)
    if row is None and key != NEW:
        raise Http404(_("There is nothing here."))
    initial = sort.initial(row) if row else {"weekdays": [1] if sort.model is Theme else [1, 2, 3, 4, 5, 6, 7], "enabled": True}
    form = sort.form(request.POST or None, initial=initial)
    where = reverse("content:group-plan" if isinstance(owner, Group) else "content:plan", args=[owner.pk])
    if request.method == "POST" and attempt(form, lambda: _save(request, owner, sort, row.key if row else "", form)):
        messages.success(request, _("Saved."))
        return redirect(where)
    copies = isinstance(owner, Group) and not any(other.group_id for other in rows)
    context = {"form": form, "owner": owner, "row": row, "title": sort.title, "cancel": where, "copies": copies}
    return render(request, "content/plan_part.html", context, status=422 if request.method == "POST" else 200)


def _save(request: HttpRequest, owner: Kind | Group, sort: Sort, key: str, form: ScopedForm) -> Any:
    return sort.save(owner=owner, key=key, by=actor(request), at=clock.now(), **form.values())


@require_POST
@once
def follow_kind(request: HttpRequest, group_id: int, sort: str) -> HttpResponse:
    """Give up a group's own themes or duties."""
    group = access.group_for(actor(request), group_id, GroupRight.CONTENT)
    content.follow_kind(_sort(sort).model, group=group, by=actor(request), at=clock.now())
    messages.success(request, _("The group has those of its kind again."))
    return redirect("content:group-plan", group.pk)
