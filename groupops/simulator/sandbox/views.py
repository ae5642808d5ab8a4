"""Pages of the sandbox: the list, the room with the trace beside it, and what a person does there."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import refuse
from groupops.groups.models import Kind
from groupops.groups.views.found import actor, is_htmx
from groupops.inbound.models import StoredEvent
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Forbidden, Refused
from groupops.simulator.models import Sandbox
from groupops.simulator.sandbox import cast, queries
from groupops.simulator.sandbox import services as sandboxes
from groupops.simulator.sandbox.differences import differences
from groupops.simulator.sandbox.forms import ActForm, CreateForm, JumpForm, SceneForm
from groupops.simulator.sandbox.policy import Deed, Jump
from groupops.simulator.sandbox.scenes import BY_KEY, SCENES

# What a member can do beside speaking, in the order of the buttons.
DEED_ICONS = {
    Deed.PICTURE: "photo",
    Deed.STICKER: "mood-smile",
    Deed.LINK: "link",
    Deed.JOIN: "login",
    Deed.LEAVE: "logout",
    Deed.RENAME: "edit",
}
JUMP_ICONS = {Jump.HOUR: "clock", Jump.SLOT: "player-skip-forward", Jump.MORNING: "sunrise", Jump.WEEK: "calendar-week"}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The sandboxes; whoever has exactly one, and did not ask for all (?all=), is led into it."""
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    found = list(queries.listing(actor(request))[:100])
    if len(found) == 1 and "all" not in request.GET:
        return redirect("sandbox:page", found[0].pk)
    return render(request, "simulator/sandboxes.html", {"sandboxes": found, "now": clock.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def create(request: HttpRequest) -> HttpResponse:
    """A new sandbox of a kind."""
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    kind = Kind.objects.filter(archived=False).first()
    form = CreateForm(request.POST or None, initial={"name": _("Sandbox"), "kind": kind.slug if kind else ""})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = sandboxes.create(**form.cleaned_data, by=actor(request), at=clock.now())
            except Refused as refusal:
                status = refuse(form, refusal)
            else:
                return redirect("sandbox:page", made.pk)
    return render(request, "simulator/create.html", {"form": form}, status=status)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The room, seen as ?as=<member>, the trace of ?event=<id>, a reply to ?reply=<id>, what happened since ?since=<moment>."""
    sandbox = _found(request, pk)
    return _shown(request, sandbox)


def _found(request: HttpRequest, pk: int, *, to_change: bool = False) -> Sandbox:
    """The sandbox if the user may make groups and sees it (else 404); `to_change` asks for the right to edit its group."""
    access.demand_on_site(actor(request), Right.CREATE_GROUP)
    sandbox = queries.sandbox_for(actor(request), pk)
    if to_change:
        access.demand(actor(request), GroupRight.EDIT, sandbox.group)
    return sandbox


def _shown(request: HttpRequest, sandbox: Sandbox, *, form: ActForm | None = None, status: int = 200) -> HttpResponse:
    context = _context(request, sandbox, form)
    if not is_htmx(request):
        return render(request, "simulator/sandbox.html", context, status=status)
    response = render(request, "simulator/sandbox.html#stage", context, status=status)
    if request.method == "GET":
        response["HX-Push-Url"] = request.get_full_path()
    return response


def _context(request: HttpRequest, sandbox: Sandbox, form: ActForm | None) -> dict[str, Any]:
    real = clock.now()
    now = sandbox.now(real)
    given = form.data if form else request.GET
    me = cast.BY_ID.get(given.get("who", ""), cast.CAST[0])
    lines = queries.lines(sandbox, me)
    chosen = _chosen(request, sandbox) or (lines[-1].event if lines else None)
    reply = _event(sandbox, given.get("message" if form else "reply", ""))
    since = _since(request, now)
    return {
        "sandbox": sandbox,
        "group": sandbox.group,
        "now": now,
        "ahead": now - real,
        "is_ahead": (now - real).total_seconds() >= 60,
        "real": real,
        "me": me,
        "people": queries.people(sandbox, now),
        "lines": lines,
        "chosen": chosen,
        "story": queries.story(sandbox, chosen) if chosen else None,
        "differences": differences(chosen) if chosen else [],
        "journal": queries.journal(sandbox, since=since, until=now) if since else None,
        "since": since,
        "coming": queries.next_slot(sandbox, now),
        "jumps": [(jump, JUMP_ICONS[jump]) for jump in Jump],
        "deeds": list(DEED_ICONS.items()),
        "scenes": SCENES,
        "form": form or ActForm(sandbox=sandbox, initial={"who": me.id, "message": reply}),
        "reply": reply,
        "newest": lines[-1].event.pk if lines else 0,
    }


def _chosen(request: HttpRequest, sandbox: Sandbox) -> StoredEvent | None:
    return _event(sandbox, request.GET.get("event", ""))


def _event(sandbox: Sandbox, text: str) -> StoredEvent | None:
    """An event of this sandbox's group by its number; None for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    return StoredEvent.objects.filter(group=sandbox.group_id, pk=int(text)).first()


def _since(request: HttpRequest, now: datetime) -> datetime | None:
    try:
        since = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        return None
    return since if since is not None and since.tzinfo is not None and since < now else None


def _back(sandbox: Sandbox, **query: Any) -> HttpResponseRedirect:
    """To the page, whatever was asked for kept in its address."""
    kept = {name: value for name, value in query.items() if value}
    return HttpResponseRedirect(reverse("sandbox:page", args=[sandbox.pk]) + (f"?{urlencode(kept)}" if kept else ""))


@require_POST
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a member do something; shows what the pipeline made of it."""
    sandbox = _found(request, pk, to_change=True)
    form = ActForm(request.POST, sandbox=sandbox)
    if form.is_valid():
        try:
            event = sandboxes.act(sandbox=sandbox, act=form.act, by=actor(request), at=clock.now())
        except Forbidden:
            raise
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return _back(sandbox, who=form.cleaned_data["who"], event=event.pk)
    return _shown(request, sandbox, form=form, status=422)


@require_POST
@once
def play(request: HttpRequest, pk: int) -> HttpResponse:
    """Play a scene."""
    sandbox = _found(request, pk, to_change=True)
    form = SceneForm(request.POST)
    if not form.is_valid():
        return _shown(request, sandbox, status=422)
    scene, since = BY_KEY[form.cleaned_data["scene"]], sandbox.now(clock.now())
    last = sandboxes.play(sandbox=sandbox, scene=scene, by=actor(request), at=clock.now())
    return _back(sandbox, who=request.POST.get("who", ""), event=last.pk if last else "", since=since.isoformat())


@require_POST
@once
def advance(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the clock ahead; shows what happened on the way."""
    sandbox = _found(request, pk, to_change=True)
    form = JumpForm(request.POST)
    if not form.is_valid():
        return _shown(request, sandbox, status=422)
    before = sandboxes.advance(sandbox=sandbox, jump=Jump(form.cleaned_data["jump"]), by=actor(request), at=clock.now())
    return _back(sandbox, who=request.POST.get("who", ""), since=before.isoformat())


@require_POST
def listen(request: HttpRequest, pk: int) -> HttpResponse:
    """What has come since ?newest=<event id>: nothing, or the whole stage anew. Asked by the page itself, every few seconds."""
    sandbox = _found(request, pk, to_change=True)
    sandboxes.listen(sandbox=sandbox, at=clock.now())
    newest = StoredEvent.objects.filter(group=sandbox.group_id).order_by("-pk").values_list("pk", flat=True).first() or 0
    if str(newest) == request.GET.get("newest"):
        return HttpResponse(status=204)
    return _shown(request, sandbox) if is_htmx(request) else _back(sandbox)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a reset does; POST does it."""
    sandbox = _found(request, pk, to_change=True)
    if request.method == "POST":
        sandboxes.reset(sandbox=sandbox, by=actor(request), at=clock.now())
        messages.success(request, _("The sandbox begins anew."))
        return redirect("sandbox:page", sandbox.pk)
    return render(request, "simulator/reset.html", {"sandbox": sandbox, "group": sandbox.group})


@require_POST
@once
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the sandbox off the list."""
    sandbox = _found(request, pk, to_change=True)
    sandboxes.close(sandbox=sandbox, by=actor(request), at=clock.now())
    messages.success(request, _("“%(name)s” is closed.") % {"name": sandbox.name})
    return redirect(f"{reverse('sandbox:list')}?all=1")
