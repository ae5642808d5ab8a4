"""Stop and go on: everything, a channel, a group."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from groupops.groups import access
from groupops.groups.forms import refuse
from groupops.groups.models import Group
from groupops.groups.views.found import actor, frame
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.forms import PauseForm, ResumeForm
from groupops.messaging.holding import Place
from groupops.messaging.models import Connection, Pause
from groupops.messaging.policy import Sort
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.errors import Refused

ways = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Here:
    """A place as its pages need it: what may be stopped there, what stands still, and the addresses."""

    place: Place
    sorts: Sequence[Sort]  # that this person may stop and start
    pause: str
    resume: str
    back: str
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def standing(self) -> list[Pause]:
        """The pauses of the place itself."""
        return list(queries.pauses_at(self.place))


@require_safe
def pauses(request: HttpRequest) -> HttpResponse:
    """Everything that stands still now."""
    page = paging.page(queries.pauses_for(actor(request)), query=request.GET, order=("at", "id"))
    return render(request, "messaging/pauses.html", {"page": page})


@ways
@once
def pause_all(request: HttpRequest) -> HttpResponse:
    """Hold everything back."""
    return _pause(request, _everything(request))


@ways
@once
def resume_all(request: HttpRequest) -> HttpResponse:
    """Let everything go on."""
    return _resume(request, _everything(request))


@ways
@once
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold a channel back."""
    return _pause(request, _channel(request, pk))


@ways
@once
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a channel go on; one that was lost is used again."""
    return _resume(request, _channel(request, pk))


@ways
@once
def pause_group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Hold a group back."""
    return _pause(request, _group(request, group_id))


@ways
@once
def resume_group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Let a group go on."""
    return _resume(request, _group(request, group_id))


def _everything(request: HttpRequest) -> Here:
    queries.connections_for(actor(request))
    return Here(None, list(Sort), reverse("messaging:pause-all"), reverse("messaging:resume-all"), reverse("messaging:pauses"))


def _channel(request: HttpRequest, pk: int) -> Here:
    found = get_object_or_404(queries.connections_for(actor(request)), pk=pk)
    address = {name: reverse(f"messaging:{name}", args=[pk]) for name in ("pause", "resume", "connection")}
    return Here(found, list(Sort), address["pause"], address["resume"], address["connection"], {"connection": found})


def _group(request: HttpRequest, group_id: int) -> Here:
    user = actor(request)
    group = access.group_for(user, group_id, messaging.PAUSE_RIGHTS[Sort.SPEAKING])
    sorts = [sort for sort, right in messaging.PAUSE_RIGHTS.items() if access.may(user, right, group)]
    address = {name: reverse(f"messaging:{name}", args=[group_id]) for name in ("pause-group", "resume-group")}
    back = reverse("groups:detail", args=[group_id])
    return Here(group, sorts, address["pause-group"], address["resume-group"], back, frame(request, group, "overview"))


def _pause(request: HttpRequest, here: Here) -> HttpResponse:
    standing = here.standing
    still = {made.sort for made in standing}
    form = PauseForm(request.POST or None, sorts=[sort for sort in here.sorts if sort not in still])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _paused(request, here, form)
            except Refused as refusal:
                status = refuse(form, refusal)
    context = {"form": form, "here": here, "standing": standing, "stoppable": len(still) < len(here.sorts)}
    return render(request, "messaging/pauses_pause.html", here.more | context, status=status)


def _paused(request: HttpRequest, here: Here, form: PauseForm) -> HttpResponse:
    sorts = [Sort(sort) for sort in form.cleaned_data["sorts"]]
    made = messaging.pause(place=here.place, sorts=sorts, reason=form.cleaned_data["reason"], by=actor(request), at=clock.now())
    undo = f"{here.resume}?{urlencode({'sorts': [row.sort for row in made]}, doseq=True)}"
    messages.success(request, _("Paused. What is said in the groups still comes in."), extra_tags=f"undo:{undo}" if made else "")
    return redirect(here.back)


def _resume(request: HttpRequest, here: Here) -> HttpResponse:
    standing = [made for made in here.standing if made.sort in here.sorts]
    sorts, at = [Sort(made.sort) for made in standing], clock.now()
    waiting = queries.would_leave(here.place, sorts, at=at)[:1001].count()
    form = ResumeForm(_answered(request, sorts), sorts=sorts, waiting=waiting)
    if request.method == "POST" and form.is_valid():
        chosen, way = [Sort(sort) for sort in form.cleaned_data["sorts"]], messaging.Afterwards(form.cleaned_data["afterwards"])
        count = messaging.resume(place=here.place, sorts=chosen, afterwards=way, by=actor(request), at=at)
        messages.success(request, _resumed(count, way))
        return redirect(here.back)
    context = {"form": form, "here": here, "standing": standing, "waiting": waiting, "desk": _desk(here.place)}
    return render(request, "messaging/pauses_resume.html", here.more | context, status=422 if request.method == "POST" else 200)


def _answered(request: HttpRequest, sorts: Sequence[Sort]) -> dict[str, Any] | None:
    """What was chosen. An undo sends no form: what it undoes stands in its address, and what waited leaves."""
    if request.method != "POST":
        return None
    named = request.POST.getlist("sorts") or request.GET.getlist("sorts")
    if "afterwards" not in request.POST and not named:
        named = list(sorts)
    still = [sort for sort in named if sort in sorts]  # somebody else may have lifted the others meanwhile
    return {"sorts": still, "afterwards": request.POST.get("afterwards", messaging.Afterwards.SPREAD)}


def _resumed(count: int | None, way: messaging.Afterwards) -> str:
    if count is None:
        return _("Nothing stood still.")
    if not count:
        return _("It goes on. Nothing was waiting.")
    said = {
        messaging.Afterwards.SPREAD: ngettext(
            "It goes on. %(n)d delivery leaves now.", "It goes on. %(n)d deliveries leave one after another.", count
        ),
        messaging.Afterwards.ASK: ngettext(
            "It goes on. %(n)d delivery waits for a decision.", "It goes on. %(n)d deliveries wait for a decision.", count
        ),
        messaging.Afterwards.DROP: ngettext("It goes on. %(n)d delivery was dropped.", "It goes on. %(n)d deliveries were dropped.", count),
    }
    return said[way] % {"n": count}


def _desk(place: Place) -> str:
    """The list of what waits, at the send desk."""
    query = {"state": "open"}
    if isinstance(place, Connection):
        query["connection"] = str(place.pk)
    elif isinstance(place, Group):
        query["group"] = str(place.pk)
    return f"{reverse('messaging:deliveries')}?{urlencode(query)}"
