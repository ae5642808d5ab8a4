"""黑名单: who is kept out of where, until when and why; added and let in again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.forms import attempt
from groupops.groups.views.found import actor, is_htmx, refreshed
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import ids, not_found_unless
from moderation import queries
from moderation import services as moderation
from moderation.blacklist.forms import BarForm
from moderation.models.blacklist import IN_FORCE
from moderation.queries.blacklist import barred_for, blacklist_for
from moderation.services.blacklisting import demand

VIEWS = ("now", "over")


@require_safe
def blacklist(request: HttpRequest) -> HttpResponse:
    """?view=now (who is kept out) or over (who was), the newest first."""
    user, view = actor(request), request.GET.get("view") or "now"
    not_found_unless(view in VIEWS)
    rows = blacklist_for(user)
    page = paging.page(rows.filter(IN_FORCE) if view == "now" else rows.exclude(IN_FORCE), query=request.GET, order=("at", "id"))
    pills = [
        {"label": _("Kept out"), "url": "?view=now", "active": view == "now"},
        {"label": _("Ended"), "url": "?view=over", "active": view == "over"},
    ]
    context = {"page": page, "pills": pills, "now": view == "now", "at": clock.now(), "me": user}
    return render(request, "moderation/blacklist.html#list" if is_htmx(request) else "moderation/blacklist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def add(request: HttpRequest) -> HttpResponse:
    """Put somebody on it; `?case=` fills in who and where."""
    user = actor(request)
    if not access.groups_with(user, GroupRight.MODERATE).exists():
        demand(user, None)
    form = BarForm(request.POST if request.method == "POST" else None, user=user, initial=_of_case(request))
    if request.method != "POST":
        return render(request, "moderation/blacklist_add.html", {"form": form})
    made, status = attempt(form, lambda: moderation.bar(**form.values(), by=user, at=clock.now()))
    if not made:
        return render(request, "moderation/blacklist_add.html", {"form": form}, status=status)
    if made.waits:
        messages.warning(request, _("They hold a post: it counts once a second reviewer has confirmed it."))
    else:
        messages.success(request, _("They are kept out. Where they are now, a case waits in the queue."))
    return redirect("moderation:blacklist")


def _of_case(request: HttpRequest) -> dict[str, object]:
    pk = next(iter(ids([request.GET.get("case", "")])), None)
    if pk is None:
        return {}
    case = queries.case_for(actor(request), pk)
    return {"who": case.membership.person.remote_id, "group": case.group_id}


@require_POST
@once
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second reviewer agrees."""
    moderation.confirm(entry=barred_for(actor(request), pk), by=actor(request), at=clock.now())
    messages.success(request, _("They are kept out. Where they are now, a case waits in the queue."))
    return refreshed(request, "moderation:blacklist")


@require_POST
@once
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """They may come again."""
    moderation.lift(entry=barred_for(actor(request), pk), by=actor(request), at=clock.now())
    messages.success(request, _("They may come again."))
    return refreshed(request, "moderation:blacklist")
