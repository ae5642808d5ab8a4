"""What people do on 今日待办, to one thing or to several: done, take on, give away, put off; each answer says what was skipped and why."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from groupops.accounts.middleware import actor
from groupops.accounts.models import User
from groupops.dashboard import queries
from groupops.dashboard import services as dashboard
from groupops.dashboard.policy import Snooze, wakes_at
from groupops.dashboard.relay import press
from groupops.dashboard.services import Before
from groupops.dashboard.views.today import listed, number
from groupops.groups.views.found import is_htmx
from groupops.record.idempotency import once
from groupops.shared import clock, skipping
from groupops.shared.errors import Conflict, Refused
from groupops.shared.http import next_url, not_found_unless
from groupops.shared.today import TodayItem

UNDO_SALT, UNDO_SECONDS = "dashboard.undo", 600
MOST = 100  # things in one go


class NothingDone(Conflict):
    """None of the chosen things could be dealt with."""


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
    """Take what one message told back, while it is fresh: acts of other pages by their own undo, marks here."""
    try:
        kept = signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise Http404(_("This can no longer be undone.")) from None
    not_found_unless(kept["user"] == actor(request).pk)
    for url in kept["urls"]:
        press(request, url)
    for mark in kept["marks"]:
        moments = {name: mark[name] and datetime.fromisoformat(mark[name]) for name in ("snoozed_until", "at")}
        dashboard.restore(before=Before(**(mark | moments)), by=actor(request), at=clock.now())
    messages.success(request, _("Taken back."))
    if is_htmx(request):
        return HttpResponse(headers={"HX-Trigger": "today:refresh"})
    return redirect(next_url(request))


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
    to = get_object_or_404(User.objects.filter(is_active=True), pk=number(rest or request.POST.get("to", "")))
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
        raise NothingDone(skipped or _("Choose something first."))
    if result.done:
        token = _token(request, result)
        undoing = f"undo:{reverse('today-undo', args=[token])}" if token else ""
        messages.success(request, _said(name, result), extra_tags=undoing)
    if skipped or not result.done:
        messages.warning(request, skipped or _("Choose something first."))
    if is_htmx(request):
        return render(request, "dashboard/today.html#live", listed(request))
    return redirect(next_url(request))


def _token(request: HttpRequest, result: Result) -> str:
    """What taking it back needs, signed; empty unless all of it can be."""
    if len(result.urls) + len(result.marks) < result.done:
        return ""
    marks = [asdict(mark) | {"snoozed_until": _iso(mark.snoozed_until), "at": _iso(mark.at)} for mark in result.marks]
    kept: dict[str, Any] = {"user": actor(request).pk, "urls": result.urls, "marks": marks}
    return signing.dumps(kept, salt=UNDO_SALT, compress=True)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


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
