"""What people do on 今日待办, to one thing or to several: done, take on, give away, put off; each answer says what was skipped and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.dashboard import queries, remembered
from groupops.dashboard import services as dashboard
from groupops.dashboard.policy import Snooze, wakes_at
from groupops.dashboard.relay import press
from groupops.dashboard.services import Before
from groupops.dashboard.views.today import listed
from groupops.groups.views.found import is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, skipping, undos
from groupops.shared.errors import Conflict, Refused
from groupops.shared.http import ids, next_url, not_found_unless
from groupops.shared.today import TodayItem

MOST = 100  # things in one go


@dataclass
class Result:
    """What was done, what was said about it and how to take it back; what was skipped, with why."""

    done: int = 0
    said: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    marks: list[Before] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


@require_POST
@once
def act(request: HttpRequest) -> HttpResponse:
    """Do `do` to the things `key` (several): "done", "take", "assign:12" (or "assign" with `to`), "release", "snooze:hour", "wake"."""
    name, _colon, rest = request.POST.get("do", "").partition(":")
    not_found_unless(name in VERBS and (name != "snooze" or rest in Snooze.values))
    user, at = actor(request), clock.now()
    seen = {item.key: item for item in queries.items_of(user, at)[0]}
    result = Result()
    do = VERBS[name](request, rest, at)
    for key in dict.fromkeys(request.POST.getlist("key")[:MOST]):
        _try(do, seen.get(key), result)
    return _answer(request, name, result)


@require_POST
@once
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Take what one message told back, while it is fresh: acts of other pages by their own undo, marks here. Says what no longer can be."""
    urls, marks = remembered.take(request.session, token, at=clock.now())
    ways: list[Callable[[], object]] = [partial(press, request, url) for url in urls]
    ways += [partial(dashboard.restore, before=mark, by=actor(request), at=clock.now()) for mark in marks]
    why = [reason for way in ways if (reason := _refusal(way))]
    if len(why) == len(ways):
        raise skipping.NothingDone(why[0])
    messages.success(request, _("Taken back."))
    if why:
        messages.warning(request, skipping.sentence([("", reason) for reason in dict.fromkeys(why[: skipping.TOLD])], count=len(why)))
    if is_htmx(request):
        return HttpResponse(headers={"HX-Trigger": "today:refresh"})
    return redirect(next_url(request))


def _refusal(way: Callable[[], object]) -> str:
    """Why it could not be taken back; empty where it was."""
    try:
        way()
    except Refused as refusal:
        return str(refusal.message)
    return ""


Do = Callable[[TodayItem, Result], None]


def _done(request: HttpRequest, rest: str, at: datetime) -> Do:
    def do(item: TodayItem, result: Result) -> None:
        if not item.done_url:
            raise Conflict(_("This can only be dealt with on its own page."))
        said = press(request, item.done_url, item.done_fields)
        result.said.append(said.text)
        result.urls += filter(None, [said.undo])

    return do


def _assigning(to: User | None, request: HttpRequest, at: datetime) -> Do:
    sees = frozenset(item.key for item in queries.items_of(to, at)[0]) if to else frozenset()

    def do(item: TodayItem, result: Result) -> None:
        result.marks.append(dashboard.assign(item=item, to=to, sees=sees, by=actor(request), at=at))

    return do


def _assign(request: HttpRequest, rest: str, at: datetime) -> Do:
    to = get_object_or_404(User.objects.filter(is_active=True), pk__in=ids([rest or request.POST.get("to", "")]))
    return _assigning(to, request, at)


def _snooze(request: HttpRequest, rest: str, at: datetime) -> Do:
    until = wakes_at(Snooze(rest), at=at, zone=actor(request).zone)

    def do(item: TodayItem, result: Result) -> None:
        result.marks.append(dashboard.snooze(item=item, until=until, by=actor(request), at=at))

    return do


def _wake(request: HttpRequest, rest: str, at: datetime) -> Do:
    def do(item: TodayItem, result: Result) -> None:
        result.marks.append(dashboard.wake(item=item, by=actor(request), at=at))

    return do


VERBS: dict[str, Callable[[HttpRequest, str, datetime], Do]] = {
    "done": _done,
    "take": lambda request, rest, at: _assigning(actor(request), request, at),
    "release": lambda request, rest, at: _assigning(None, request, at),
    "assign": _assign,
    "snooze": _snooze,
    "wake": _wake,
}


def _try(do: Do, item: TodayItem | None, result: Result) -> None:
    if item is None:
        result.skipped.append(("", _("This is no longer there: somebody has dealt with it.")))
        return
    try:
        do(item, result)
    except Refused as refusal:
        result.skipped.append((" ".join(filter(None, [item.group, str(item.text)])), str(refusal.message)))
    else:
        result.done += 1


def _answer(request: HttpRequest, name: str, result: Result) -> HttpResponse:
    """Says what was done, with its undo, and what was skipped, with why; for htmx the list anew."""
    skipped = _skipped(result.skipped)
    if not result.done and is_htmx(request):
        raise skipping.NothingDone(skipped or _("Choose something first."))
    if result.done:
        token = remembered.keep(request.session, urls=result.urls, marks=result.marks, at=clock.now())
        text = " ".join(filter(None, [_said(name, result), _final(result)]))
        messages.success(request, text, extra_tags=undos.tags(reverse("today-undo", args=[token])) if token else "")
    if skipped or not result.done:
        messages.warning(request, skipped or _("Choose something first."))
    if is_htmx(request):
        return render(request, "dashboard/today.html#live", listed(request))
    return redirect(next_url(request))


def _final(result: Result) -> str:
    """How many of several have no way back, where others have; empty for none."""
    back = len(result.urls) + len(result.marks)
    n = result.done - back
    return ngettext("%(n)d of them cannot be taken back.", "%(n)d of them cannot be taken back.", n) % {"n": n} if n and back else ""


def _said(name: str, result: Result) -> str:
    n = result.done
    if name == "done" and n == 1 and result.said[0]:
        return result.said[0]
    texts = {
        "done": ngettext("%(n)d is done.", "%(n)d are done.", n),
        "take": ngettext("%(n)d is yours now.", "%(n)d are yours now.", n),
        "release": ngettext("%(n)d is anybody's again.", "%(n)d are anybody's again.", n),
        "assign": ngettext("%(n)d was given to your colleague.", "%(n)d were given to your colleague.", n),
        "snooze": ngettext("%(n)d was put off; it comes back by itself.", "%(n)d were put off; they come back by themselves.", n),
        "wake": ngettext("%(n)d is back.", "%(n)d are back.", n),
    }
    return texts[name] % {"n": n}


def _skipped(found: Sequence[tuple[str, str]]) -> str:
    return skipping.sentence(dict.fromkeys(found[: skipping.TOLD]), count=len(found))
