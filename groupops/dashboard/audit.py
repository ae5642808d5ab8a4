"""The audit trail as people read it: the page and its export. It asks for rights on groups, so it cannot live in record."""

import json
from collections.abc import Iterator
from typing import Any

from django.forms import HiddenInput, Select
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groupops.accounts.policy import Right
from groupops.dashboard import audit_words
from groupops.groups import trail
from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx
from groupops.record import queries as record
from groupops.record.filters import TrailFilter
from groupops.record.models import AuditEntry
from groupops.shared import paging
from groupops.shared.spreadsheet import csv_response


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """操作日志: who did what to what, what was before and after, and whether the chain holds."""
    view = _filtered(request)
    _offer_choices(view)
    page = paging.page(record.with_everything(view.qs), query=request.GET, order=("at", "id"))
    context = {
        "page": page,
        "lines": audit_words.lines(page.rows, groups=_names(page.rows)),
        "filter": view,
        "group": Group.objects.filter(pk=view.group_id).first() if view.group_id else None,
        "chain": record.chain_state() if actor(request).has_right(Right.SEE_AUDIT) else None,
        "query": _kept(request.GET).urlencode(),
        "is_filtered": bool(_kept(request.GET)),
    }
    template = "record/audit.html#rows" if is_htmx(request) else "record/audit.html"
    return render(request, template, context, status=200 if view.is_valid() else 422)


@require_safe
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly the lines of the page's view, every page of it, as a stream."""
    view = _filtered(request)
    entries = record.with_everything(view.qs).order_by("-at", "-id").iterator(chunk_size=500)
    columns = [_("Time"), _("Who"), _("From where"), _("What"), _("Kind of object"), _("Number of the object"), _("Object"), _("Group")]
    return csv_response("audit.csv", [*columns, _("Before"), _("After"), _("Link"), _("Digest")], _cells(entries))


class _Trail(TrailFilter):
    """The filters over what the reader may see; a refused filter shows nothing rather than everything."""

    group_id: int | None

    @property
    def qs(self) -> Any:
        """The entries, or none where a filter is not understood."""
        return super().qs if self.is_valid() else self.queryset.none()


def _filtered(request: HttpRequest) -> _Trail:
    asked = request.GET.get("group", "")
    group_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    view = _Trail(request.GET, queryset=trail.readable(actor(request), group_id=group_id), request=request)
    view.group_id = group_id
    return view


def _offer_choices(view: _Trail) -> None:
    """Selects of what stands in the trail. Widgets only: an old link with another value still filters."""
    fields = view.form.fields
    fields["verb"].widget = Select(choices=[("", _("Everything done")), *audit_words.families(record.verbs())])
    fields["target_type"].widget = Select(choices=[("", _("Every kind of object")), *audit_words.types(record.target_types())])
    for name in ("group", "target_id"):
        fields[name].widget = HiddenInput()


def _kept(query: QueryDict) -> QueryDict:
    kept = query.copy()
    for name in [name for name, value in query.items() if name in ("after", "before") or not value]:
        kept.pop(name)
    return kept


def _names(entries: list[AuditEntry]) -> dict[int, str]:
    wanted = {entry.group_id for entry in entries if entry.group_id}
    return dict(Group.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _cells(entries: Iterator[AuditEntry]) -> Iterator[list[Any]]:
    for entry in entries:
        detail, seal = getattr(entry, "detail", None), getattr(entry, "seal", None)
        yield [
            entry.at,
            entry.by.username if entry.by else "",
            entry.source,
            entry.verb,
            entry.target_type,
            entry.target_id,
            entry.label,
            entry.group_id,
            json.dumps(detail.before, ensure_ascii=False) if detail else None,
            json.dumps(detail.after, ensure_ascii=False) if detail else None,
            seal.number if seal else None,
            seal.digest if seal else None,
        ]
