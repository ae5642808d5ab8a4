"""建群建议 and the ecosystem: the groups seen as a whole."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access, queries
from groupops.groups import services as groups
from groupops.groups.drawing import ecosystem_map
from groupops.groups.forms import UsersForm
from groupops.groups.models import Group
from groupops.groups.policy import STAGE_TEXTS, Level, Lifecycle, Stage
from groupops.groups.queries import AdviceBoard
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock


@require_safe
def advice(request: HttpRequest) -> HttpResponse:
    """What to open, merge and split at the product's stage, and when each group will be full."""
    access.demand_on_site(actor(request), Right.SEE_ALL_GROUPS)
    return _page(request, UsersForm())


def _page(request: HttpRequest, form: UsersForm, status: int = 200) -> HttpResponse:
    board = queries.advice_board(today=clock.local(clock.now(), actor(request).zone).date())
    stages = [{"stage": stage, "lines": STAGE_TEXTS[stage], "now": stage == board.stage} for stage in Stage]
    context = {
        "board": board,
        "stages": stages,
        "advice": _advice(board),
        "facts": [(board.groups[fact.pk], fact) for fact in board.facts],
        "form": form,
        "may_create": actor(request).has_right(Right.CREATE_GROUP),
    }
    return render(request, "groups/advice.html", context, status=status)


def _advice(board: AdviceBoard) -> list[dict[str, object]]:
    return [{"item": item, "kind": board.kinds.get(item.kind), "groups": [board.groups[pk] for pk in item.groups]} for item in board.advice]


@require_POST
@once
def users(request: HttpRequest) -> HttpResponse:
    """Record how many users the product has now."""
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    form = UsersForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    groups.record_users(users=form.cleaned_data["users"], by=actor(request), at=clock.now())
    messages.success(request, _("Saved."))
    return redirect("groups:advice")


@require_safe
def ecosystem(request: HttpRequest) -> HttpResponse:
    """生态图: the levels, who feeds whom, and the reader's groups on each level."""
    rows = access.visible_to(actor(request)).exclude(lifecycle=Lifecycle.ARCHIVED).select_related("kind").order_by("kind__position", "name")
    by_level: dict[Level, list[Group]] = {level: [] for level in Level}
    for group in rows:
        by_level[Level(group.level)].append(group)
    levels = [{"level": level, "groups": found, "members": sum(group.member_count for group in found)} for level, found in by_level.items()]
    return render(request, "groups/ecosystem.html", {"levels": levels, "map": ecosystem_map(by_level)})
