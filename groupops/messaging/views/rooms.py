"""Which room a group is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.views.found import actor, frame
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.models import Binding, Connection
from groupops.record.idempotency import once
from groupops.shared import clock

MOST_CONNECTIONS = 100


@require_safe
def bind(request: HttpRequest, group_id: int) -> HttpResponse:
    """The channels, and the rooms of the chosen one (?connection=), asked of the platform now."""
    group = access.group_for(actor(request), group_id, GroupRight.BIND)
    connections = list(queries.channels().order_by("name")[:MOST_CONNECTIONS])
    wanted = request.GET.get("connection", "")
    chosen = next((item for item in connections if str(item.pk) == wanted), connections[0] if len(connections) == 1 else None)
    context = frame(request, group, "settings") | {
        "connections": connections,
        "chosen": chosen,
        "found": queries.rooms_of(chosen) if chosen else None,
        "binding": Binding.objects.filter(group=group).select_related("connection").first(),
        "visible": set(access.visible_to(actor(request)).filter(binding__connection=chosen).values_list("pk", flat=True))
        if chosen
        else set(),
    }
    return render(request, "messaging/bind.html", context)


@require_POST
@once
def bind_to(request: HttpRequest, group_id: int, connection_id: int) -> HttpResponse:
    """Make the posted room the group's."""
    group = access.group_for(actor(request), group_id, GroupRight.BIND)
    connection = get_object_or_404(Connection, pk=connection_id)
    room = request.POST.get("room", "").strip()[:255]
    binding = messaging.bind(group=group, connection=connection, remote_id=room, by=actor(request), at=clock.now())
    messages.success(request, _("“%(group)s” is now the room “%(room)s”.") % {"group": group.name, "room": binding.remote_name})
    if binding.flagged:
        messages.warning(request, _(binding.flagged))
    return redirect("groups:detail", group.pk)


@require_POST
@once
def confirm(request: HttpRequest, group_id: int) -> HttpResponse:
    """A person has looked: it is the same room, whatever it is called now."""
    group = access.group_for(actor(request), group_id, GroupRight.BIND)
    if messaging.confirm_room(group=group, by=actor(request), at=clock.now()):
        messages.success(request, _("Confirmed. What waited can be sent from the send desk."))
    return redirect("messaging:bind", group.pk)


@require_POST
@once
def unbind(request: HttpRequest, group_id: int) -> HttpResponse:
    """The group has no room any more."""
    group = access.group_for(actor(request), group_id, GroupRight.BIND)
    messaging.unbind(group=group, by=actor(request), at=clock.now())
    messages.success(request, _("The group has no room now; what is due waits for a person."))
    return redirect("messaging:bind", group.pk)
