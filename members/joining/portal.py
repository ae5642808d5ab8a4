"""入群页 (群活码): the group that is open now, with its value, rules and way in; else the line. Opening it is counted, no more."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.middleware import public
from groupops.groups import queries as groups
from groupops.groups.forms import refuse
from groupops.groups.models import Group
from groupops.shared import clock, links
from groupops.shared.errors import Refused
from groupops.shared.throttle import limited
from members import entering
from members.entering import WaitingState
from members.joining import places, queries, waiting
from members.joining import services as joining
from members.joining.forms import WaitForm
from members.joining.views import PICTURE, picture_url
from members.models import Entrance, JoinCode

RULES_SHOWN = 400  # characters of the rules


@public
@require_safe
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The first open group of the code; where all are full, a form for the waiting list."""
    found = _code(code)
    group = open_group(found)
    if request.method == "GET":
        joining.count_open(code=found, day=timezone.localtime(clock.now()).date(), full=group is None)
    return _page(request, found, group, WaitForm())


def _page(request: HttpRequest, code: JoinCode, group: Group | None, form: WaitForm, *, status: int = 200) -> HttpResponse:
    first = next(iter(code.targets.all()), None)
    context = {"code": code, "form": form, "kind": first.group.kind if first else None}
    context |= way_in(group) if group else {}
    return fresh(render(request, "portal/join.html", context, status=status))


def fresh(response: HttpResponse) -> HttpResponse:
    """The page, kept by no browser: a kept one would show a group that is full by now."""
    response["Cache-Control"] = "no-store"
    return response


def open_group(code: JoinCode) -> Group | None:
    """The group that a code shows now."""
    found = {target.group_id: target.group for target in code.targets.all()}
    doors = queries.doors(list(found.values()))
    chosen = entering.pick((doors[pk] for pk in found), clock.now())
    return found[chosen.group_id] if chosen else None


def way_in(group: Group) -> dict[str, object]:
    """What a page shows of a group and how one comes in; its kind at hand."""
    at = clock.now()
    door = queries.doors([group])[group.pk]
    entrance = Entrance.objects.select_related("picture").filter(group=group).first()
    rules = groups.current_rules(group)
    text = rules.text if rules else ""
    return {
        "group": group,
        "door": door,
        "is_open": door.way(at) == entering.Way.OPEN,
        "picture_url": picture_url(entrance) if entrance and door.shows_picture(at) else "",
        "values": group.kind.values,
        "rules": text[:RULES_SHOWN],
        "more_rules": text[RULES_SHOWN:],
    }


def _code(address: str) -> JoinCode:
    found = queries.code_at(address)
    if found is None:
        raise Http404(_("This address leads nowhere any more. Ask whoever gave it to you."))
    return found


@public
@require_POST
@limited
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """A place on the waiting list; leads to the page of the place. If a group has opened meanwhile, there instead."""
    found = _code(code)
    if open_group(found) is not None:
        return redirect("portal:join", code)
    form = WaitForm(request.POST)
    if not form.is_valid():
        return _page(request, found, None, form, status=422)
    try:
        row = waiting.wait(code=found, **form.cleaned_data, at=clock.now())
    except Refused as refusal:
        return _page(request, found, None, form, status=refuse(form, refusal))
    return redirect("portal:place", places.link_of(row))


@public
@require_safe
def place(request: HttpRequest, link: str) -> HttpResponse:
    """Somebody's place: how many stand before, or that there is room, and the way in."""
    row = places.place_of(link)
    if row is None:
        raise Http404(_("There is nothing here."))
    context = {"row": row, "link": link, "place": queries.place(row) if row.state == WaitingState.WAITING else 0}
    if row.state == WaitingState.CALLED and row.group:
        context |= way_in(row.group)
    return fresh(render(request, "portal/place.html", context))


@public
@require_POST
@limited
def leave(request: HttpRequest, link: str) -> HttpResponse:
    """They no longer want the place."""
    row = places.place_of(link)
    if row is None:
        raise Http404(_("There is nothing here."))
    waiting.leave(row=row, at=clock.now())
    return redirect(reverse("portal:place", args=[link]))


@public
@require_safe
def picture(request: HttpRequest, link: str) -> HttpResponse:
    """The picture of an entrance, for as long as the entrance shows it. Never sniffed, never run: its type is what we measured."""
    found = links.read(PICTURE, link)
    row = queries.shown_picture(found[0][0]) if found else None
    if row is None or found is None or not links.holds(found[1], row.digest[:22]):
        raise Http404(_("There is nothing here."))
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=300",
    }
    return HttpResponse(bytes(row.content), content_type=row.mime, headers=headers)
