"""新人看板: newcomers by day of stay, each with what is done and missing; worked off by keys, one by one or many at once."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.errors import Refused
from groupops.shared.http import ids, next_url, not_found_unless
from members.arriving import Stage
from members.care import services as care
from members.caring import CareState
from members.models import CareTask, Newcomer
from members.newcomers import board as asked
from members.newcomers import queries
from members.newcomers import services as newcomers
from members.newcomers.filters import NewcomerFilter
from members.newcomers.forms import BuddyForm
from members.newcomers.services import Act, Many

ORDER = ("joined_at", "id")
ROOM = "members.newcomers.acts"  # of its undos, with the act
MOST = 200


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Everybody in their first four weeks, the newest first, in four columns."""
    user, at = actor(request), clock.now()
    everybody = asked.rows_for(user, at, sandboxes=bool(request.GET.get("group")))
    found = NewcomerFilter(request.GET, queryset=everybody, request=request)
    not_found_unless(found.is_valid())
    page = paging.page(found.qs, query=request.GET, order=ORDER)
    cards = asked.cards(page.rows, user, at)
    kept = request.GET.copy()
    for name in ("after", "before", "stage"):
        kept.pop(name, None)
    unstaged = NewcomerFilter(kept, queryset=everybody, request=request).qs
    context = {
        "page": page,
        "columns": [(Stage(stage), list(some)) for stage, some in groupby(cards, key=lambda card: card.stage)],
        "filter": found,
        "pills": _pills(kept, found.form.cleaned_data["stage"], asked.counts(unstaged, at, user.zone)),
        "is_filtered": any(found.form.cleaned_data.values()),
        "now": at,
        "may_any": any(card.may for card in cards),
    }
    return render(request, "members/newcomers.html#list" if is_htmx(request) else "members/newcomers.html", context)


def _pills(kept: Any, stage: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    pills = [{"label": _("All"), "url": f"?{kept.urlencode()}", "active": not stage, "count": sum(counts.values())}]
    for value, label in Stage.choices:
        kept["stage"] = value
        pills.append({"label": label, "url": f"?{kept.urlencode()}", "active": stage == value, "count": counts[value]})
    return pills


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the newcomers `pk` (several), or to the one that `do` names itself: "answered:12"."""
    name, _colon, only = request.POST.get("do", "").partition(":")
    not_found_unless(name in set(Act))
    given = [only] if only else request.POST.getlist("pk")
    rows = list(queries.newcomers_for(actor(request), sandboxes=True).filter(pk__in=ids(given[:MOST])).order_by("joined_at", "pk"))
    return _carry_out(request, Act(name), rows)


@require_POST
@once
def act_one(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Do one thing to one newcomer: for lists that show them elsewhere, Today for one."""
    row = _one(request, pk)
    not_found_unless(what in set(Act))
    return _carry_out(request, Act(what), [row])


@require_POST
@once
def undo_act(request: HttpRequest, what: str, token: str) -> HttpResponse:
    """Take one act back, while the message that offered it is fresh."""
    touched = {int(pk): list(tasks) for pk, tasks in undos.read(f"{ROOM} {what}", token)}
    rows = list(queries.newcomers_for(actor(request), sandboxes=True).filter(pk__in=touched).order_by("pk"))
    result = newcomers.undo_act(newcomers=rows, what=Act(what), touched=touched, by=actor(request), at=clock.now())
    n = len(result.done)
    _flash(request, result, ngettext("%(n)d act was taken back.", "%(n)d acts were taken back.", n) % {"n": n}, "")
    return _back(request)


def _one(request: HttpRequest, pk: int) -> Newcomer:
    """The newcomer, if the reader may care for them. Raises Http404, Forbidden."""
    row = get_object_or_404(queries.whole(queries.newcomers_for(actor(request), sandboxes=True)), pk=pk)
    access.demand(actor(request), GroupRight.CARE, row.group)
    return row


def _carry_out(request: HttpRequest, what: Act, rows: Sequence[Newcomer]) -> HttpResponse:
    result = newcomers.act(newcomers=rows, what=what, by=actor(request), at=clock.now())
    n = len(result.done)
    if is_htmx(request) and not n:
        raise skipping.NothingDone(_skipped(result) or _("Nothing was chosen."))
    texts = {
        Act.INTRODUCED: ngettext("%(n)d newcomer has introduced themselves.", "%(n)d newcomers have introduced themselves.", n),
        Act.ANSWERED: ngettext("%(n)d newcomer was answered.", "%(n)d newcomers were answered.", n),
        Act.READ: ngettext("%(n)d newcomer has read the rules.", "%(n)d newcomers have read the rules.", n),
        Act.GREETED: ngettext("%(n)d newcomer was marked as greeted.", "%(n)d newcomers were marked as greeted.", n),
        Act.TASKS: ngettext("The steps of %(n)d newcomer are done.", "The steps of %(n)d newcomers are done.", n),
    }
    token = undos.token(f"{ROOM} {what.value}", result.done)
    undoing = undos.tags(reverse("members:newcomers-undo", args=[what.value, token])) if n else ""
    _flash(request, result, texts[what] % {"n": n}, undoing)
    return _back(request)


def _flash(request: HttpRequest, result: Many, text: str, undoing: str) -> None:
    if result.done:
        messages.success(request, text, extra_tags=undoing)
    if skipped := _skipped(result):
        messages.warning(request, skipped)
    elif not result.done:
        messages.warning(request, _("Nothing was chosen."))


def _skipped(result: Many) -> str:
    return skipping.sentence([(name, why) for name, why in result.skipped[: skipping.TOLD]], count=len(result.skipped))


def _back(request: HttpRequest) -> HttpResponse:
    return refreshed(request, next_url(request, default=reverse("members:newcomers")))


@require_POST
@once
def tasks(request: HttpRequest, membership_id: int, to: str) -> HttpResponse:
    """The steps of a newcomer that Today shows are done, or open again. 404 for one of a group that the reader may not care for."""
    user, at = actor(request), clock.now()
    rows = CareTask.objects.filter(membership=membership_id, group__in=access.groups_with(user, GroupRight.CARE, sandboxes=True))
    if to == CareState.DONE:
        pks = list(rows.filter(queries.tasks_now(at)).values_list("pk", flat=True))
    else:
        not_found_unless(to == CareState.OPEN)
        pks = ids(request.GET.get("pks", "").split(",")[:20])
        pks = list(rows.filter(pk__in=pks).values_list("pk", flat=True))
    not_found_unless(pks)
    care.settle(pks=pks, to=CareState(to), by=user, at=at)
    undoing = f"{reverse('members:newcomer-tasks', args=[membership_id, 'open'])}?pks={','.join(map(str, pks))}"
    messages.success(request, str(CareState(to).label), extra_tags=f"undo:{undoing}" if to == CareState.DONE else "")
    return _back(request)


@require_POST
@once
def week(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    """The newcomers of a week were looked after, or not after all."""
    row = get_object_or_404(queries.intakes_for(actor(request)), pk=pk)
    not_found_unless(to in CareState.values)
    newcomers.settle_intake(intake=row, to=CareState(to), by=actor(request), at=clock.now())
    undoing = f"undo:{reverse('members:newcomers-week', args=[pk, 'open'])}" if to != CareState.OPEN else ""
    messages.success(request, str(CareState(to).label), extra_tags=undoing)
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def buddy(request: HttpRequest, pk: int) -> HttpResponse:
    """Who looks after a newcomer: a colleague, or an active member."""
    row = _one(request, pk)
    form, status = BuddyForm(request.POST or None, newcomer=row), 200
    if request.method == "POST":
        form, status = BuddyForm(request.POST, newcomer=row), 422
        if form.is_valid() and _given(form, row, actor(request)):
            messages.success(request, _("Saved. It counts from now on."))
            return _back(request)
    return render(request, "members/newcomer_buddy.html", {"row": row, "form": form}, status=status)


def _given(form: BuddyForm, row: Newcomer, by: User) -> bool:
    try:
        newcomers.give_buddy(newcomer=row, by=by, at=clock.now(), **form.chosen())
    except Refused as refusal:
        form.add_error("buddy", str(refusal.message))
        return False
    return True
