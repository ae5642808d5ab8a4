"""模型: what the model of each group learned, what it reaches, why a new one was not used, and the way back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from moderation.learning import asking, queries, services
from moderation.learning.verdicts import Counts, counted
from moderation.learning.wording import compared, facts, outcome, share, to_go
from moderation.models import LearnedModel, Learning
from moderation.policy.learning import ASKED, ModelState


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """The groups in which the reader moderates, each with its model."""
    page = paging.page(access.groups_with(actor(request), GroupRight.MODERATE), query=request.GET, order=("name", "id"), descending=False)
    rows = LearnedModel.objects.filter(group__in=[group.pk for group in page.rows]).defer("weights")
    used = {row.group_id: row for row in rows.filter(state=ModelState.CURRENT)}
    newest = {row.group_id: row for row in rows.order_by("version")}
    known = counted([group.pk for group in page.rows])
    lines = [_line(group, used.get(group.pk), newest.get(group.pk), known.get(group.pk, Counts())) for group in page.rows]
    context = {"page": page, "lines": lines, "base": queries.base_row()}
    return render(request, "moderation/models.html#list" if is_htmx(request) else "moderation/models.html", context)


def _line(group: Group, used: LearnedModel | None, newest: LearnedModel | None, known: Counts) -> dict[str, Any]:
    refused = newest if newest and newest.state == ModelState.REFUSED else None
    reached = [share(used.precision), share(used.recall)] if used else ["–", "–"]
    return {
        "group": group,
        "model": used,
        "reached": reached,
        "refused": refused,
        "known": known,
        "to_go": to_go(known.offences, known.new),
    }


@require_safe
def model(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of one group's model, the newest first."""
    group = access.group_for(actor(request), pk, GroupRight.MODERATE)
    rows = LearnedModel.objects.filter(group=group).select_related("by").annotate(kept=queries.HAS_WEIGHTS).defer("weights")
    page = paging.page(rows, query=request.GET, order=("version",))
    current = rows.filter(state=ModelState.CURRENT).first()
    asked = queries.last_asked(group)
    if "poll" in request.GET:
        return _progress(request, group, asked)
    known = counted([group.pk]).get(group.pk, Counts())
    may_change = access.may(actor(request), GroupRight.EDIT, group)
    context = {
        "group": group,
        "asked": asked,
        "outcome": outcome(asked) if asked else "",
        "may_learn": may_change and known.new >= ASKED and not (asked and asked.is_open),
        "page": page,
        "model": current,
        "base": queries.base_row(),
        "known": known,
        "facts": facts(current) if current else [],
        "versions": [
            {"row": row, "reached": f"{share(row.precision)}, {share(row.recall)}", "compared": compared(row)} for row in page.rows
        ],
        "to_go": to_go(known.offences, known.new),
        "rules": queries.rules_of_model(group),
        "may_change": may_change,
    }
    return render(request, "moderation/model.html#list" if is_htmx(request) else "moderation/model.html", context)


def _progress(request: HttpRequest, group: Group, asked: Learning | None) -> HttpResponse:
    """?poll=1: still at it, or the page anew."""
    if asked is not None and asked.is_open:
        return render(request, "moderation/model.html#progress", {"group": group, "asked": asked})
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_POST
@once
def learn(request: HttpRequest, pk: int) -> HttpResponse:
    """立即学习: a worker learns it from what was judged so far."""
    group = access.group_for(actor(request), pk, GroupRight.MODERATE)
    asking.ask(group=group, by=actor(request), at=clock.now())
    messages.success(request, _("It is being learned; this takes some seconds. You may leave this page."))
    return refreshed(request, "moderation:model", pk)


@require_POST
@once
def back(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Use a former version again."""
    group = access.group_for(actor(request), pk, GroupRight.MODERATE)
    row = get_object_or_404(LearnedModel.objects.select_related("group").defer("weights"), group=group, version=version)
    services.go_back(model=row, by=actor(request), at=clock.now())
    messages.success(request, _("Version %(n)d is in use now.") % {"n": version})
    return refreshed(request, "moderation:model", pk)
