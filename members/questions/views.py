"""问题台: questions by how long they wait; taken on, answered elsewhere, or none at all, one by one or many at once, with their undo."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.inbound.models import StoredEvent
from groupops.record.idempotency import once
from groupops.shared import clock, paging, skipping, undos
from groupops.shared.http import ids, next_url, not_found_unless
from members.asking import How, QuestionState
from members.models import Question
from members.questions import marking, queries, similar
from members.questions import services as questions
from members.questions.filters import QuestionFilter
from members.questions.services import Many

ORDER = ("asked_at", "id")
ROOM = "members.questions"  # of its undos
MOST = 200  # questions in one go
LOOKED_AT, SHOWN = 100, 5  # questions that are compared, and clusters that are shown
SLOWEST = 8  # groups whose answering time is shown
ANSWERED, NO_QUESTION, TAKE, PUT_BACK, REOPEN = "answered", "not_question", "take", "put_back", "reopen"
AT_ONCE = "at_once"  # leads to the page where one text answers all the chosen
ACTS = (ANSWERED, NO_QUESTION, TAKE, PUT_BACK, REOPEN)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Questions in one state: what waits the longest waiting first, what is settled the newest first."""
    user, at, query = actor(request), clock.now(), _query(request)
    everything = queries.questions_for(user)
    found = QuestionFilter(query, queryset=everything, request=request)
    not_found_unless(found.is_valid())
    state = found.form.cleaned_data["state"]
    page = paging.page(found.qs, query=query, order=ORDER, descending=state != QuestionState.OPEN)
    rights = access.rights_on(user, {row.group_id: row.group for row in page.rows}.values())
    context = {
        "page": page,
        "lines": [_line(row, user, may=GroupRight.CARE in rights[row.group_id]) for row in page.rows],
        "filter": found,
        "state": state,
        "pills": _pills(query, state, QuestionFilter(_stateless(query), queryset=everything, request=request).qs),
        "is_filtered": any(value for name, value in found.form.cleaned_data.items() if name != "state"),
        "alike": _alike(found.qs) if state == QuestionState.OPEN else [],
        "speeds": queries.speeds(user, at)[:SLOWEST],
        "tiers": queries.speeds_by_tier(user, at),
        "now": at,
    }
    return render(request, "members/questions.html#list" if is_htmx(request) else "members/questions.html", context)


def _alike(rows: QuerySet[Question]) -> list[dict[str, Any]]:
    """What several of those that wait the longest ask alike: the first of each, how many, and where all are answered at once."""
    waiting = list(rows.filter(reply=None, event__isnull=False).order_by("asked_at", "pk")[:LOOKED_AT])
    found = similar.clusters([row.event.text if row.event else "" for row in waiting])
    return [
        {
            "question": waiting[cluster[0]],
            "count": len(cluster),
            "url": _answer_url([waiting[at].pk for at in cluster]),
        }
        for cluster in found[:SHOWN]
    ]


def _answer_url(pks: Sequence[int]) -> str:
    return f"{reverse('members:questions-answer')}?{urlencode([('pk', pk) for pk in pks])}"


def _query(request: HttpRequest) -> QueryDict:
    """The request's, with what waits where no state was chosen."""
    query = request.GET.copy()
    if not query.get("state"):
        query["state"] = QuestionState.OPEN
    return query


def _stateless(query: QueryDict) -> QueryDict:
    kept = query.copy()
    for name in ("after", "before", "state"):
        kept.pop(name, None)
    return kept


def _pills(query: QueryDict, state: str, rows: Any) -> list[dict[str, Any]]:
    counts, kept = queries.counts(rows), _stateless(query)
    pills = []
    for value, label in QuestionState.choices:
        kept["state"] = value
        pills.append({"label": label, "url": f"?{kept.urlencode()}", "active": state == value, "count": counts.get(value, 0)})
    return pills


def _line(row: Question, user: User, *, may: bool) -> dict[str, Any]:
    """A question as the desk shows it."""
    name, text = row.membership.person.name, row.event.text if row.event else ""
    return {
        "question": row,
        "name": name,
        "stay": row.membership.same_as or row.membership,
        "text": text,
        "may": may,
        "is_mine": row.taken_by_id == user.pk,
        "reply": f"@{name} {_('“%(text)s”') % {'text': text}}\n" if text else f"@{name} ",
        "minutes": round((row.waited or 0) / 60),
    }


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the questions `pk` (several), or to the one that `do` names itself: "answered:12"."""
    name, _colon, only = request.POST.get("do", "").partition(":")
    if name == AT_ONCE:
        return redirect(_answer_url(ids(request.POST.getlist("pk")[:MOST])))
    not_found_unless(name in ACTS)
    return _answer(request, name, _carry_out(name, _chosen(actor(request), [only] if only else request.POST.getlist("pk")), actor(request)))


@require_POST
@once
def settle(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Do one thing to one question: for lists that show it elsewhere, Today for one."""
    row = get_object_or_404(queries.questions_for(actor(request)), pk=pk)
    not_found_unless(what in ACTS)
    access.demand(actor(request), GroupRight.CARE, row.group)
    return _answer(request, what, _carry_out(what, [row], actor(request)))


@require_POST
@once
def mark(request: HttpRequest, event_id: int) -> HttpResponse:
    """A message that the machine did not take for a question."""
    seen = StoredEvent.objects.filter(group__in=access.visible_to(actor(request), sandboxes=True)).select_related("group__kind")
    row = marking.mark(event=get_object_or_404(seen, pk=event_id), by=actor(request), at=clock.now())
    undoing = reverse("members:question-settle", args=[row.pk, NO_QUESTION])
    messages.success(request, _("It waits on the question desk."), extra_tags=undos.tags(undoing))
    return refreshed(request, "inbound:message", event_id)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take decisions of one go back, while the message that offered it is fresh."""
    was = {int(pk): how for pk, how in undos.read(ROOM, token)}
    rows = list(queries.questions_for(actor(request)).filter(pk__in=was).order_by("pk"))
    result = questions.reopen(questions=rows, was=was, by=actor(request), at=clock.now())
    n = len(result.done)
    _flash(request, result, ngettext("%(n)d decision was taken back.", "%(n)d decisions were taken back.", n) % {"n": n}, "")
    return refreshed(request, next_url(request, default=reverse("members:questions")))


def _chosen(user: User, given: Sequence[str]) -> list[Question]:
    """The questions that were named and that the reader sees, by time."""
    return list(queries.questions_for(user).filter(pk__in=ids(given[:MOST])).order_by("asked_at", "pk"))


def _carry_out(name: str, rows: Sequence[Question], by: User) -> Many:
    at = clock.now()
    if name == TAKE:
        return questions.take(questions=rows, by=by, at=at)
    if name == PUT_BACK:
        return questions.put_back(questions=rows, by=by, at=at)
    if name == REOPEN:
        return questions.reopen(questions=rows, by=by, at=at)
    return questions.settle(questions=rows, how=How.STAFF if name == ANSWERED else How.MISJUDGED, by=by, at=at)


def _answer(request: HttpRequest, name: str, result: Many) -> HttpResponse:
    """Says what was done, with its undo, and what was skipped, with why; leads back."""
    n = len(result.done)
    texts = {
        ANSWERED: ngettext("%(n)d question was marked as answered.", "%(n)d questions were marked as answered.", n),
        NO_QUESTION: ngettext("%(n)d was set aside: not a question.", "%(n)d were set aside: not questions.", n),
        TAKE: _("You have taken it on."),
        PUT_BACK: _("Put back: somebody else can take it on."),
        REOPEN: ngettext("%(n)d question waits for an answer again.", "%(n)d questions wait for an answer again.", n),
    }
    token = undos.token(ROOM, [[row.pk, row.how] for row in result.done])
    undoing = undos.tags(reverse("members:questions-undo", args=[token])) if n and name in (ANSWERED, NO_QUESTION) else ""
    if is_htmx(request) and not n:
        raise skipping.NothingDone(_skipped(result) or _("Nothing was chosen."))
    _flash(request, result, texts[name] % {"n": n}, undoing)
    return refreshed(request, next_url(request, default=reverse("members:questions")))


def _flash(request: HttpRequest, result: Many, text: str, undoing: str) -> None:
    if result.done:
        messages.success(request, text, extra_tags=undoing)
    if skipped := _skipped(result):
        messages.warning(request, skipped)
    elif not result.done:
        messages.warning(request, _("Nothing was chosen."))


def _skipped(result: Many) -> str:
    return skipping.of_rows(result.skipped, name=lambda row: str(row.group))
