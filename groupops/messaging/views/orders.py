"""What can be done in a group, and doing it: recall, mute, remove, announce, say."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups.forms import refuse
from groupops.groups.models import Group
from groupops.groups.views.found import actor, frame
from groupops.messaging import queries
from groupops.messaging import services as messaging
from groupops.messaging.forms import OrderForm
from groupops.messaging.policy import DeliveryState
from groupops.messaging.timers import PURPOSE
from groupops.record.idempotency import once
from groupops.shared import clock
from groupops.shared.errors import Forbidden, Refused

RECENT = 20  # orders on the page
GIVEN = ("operation", "user", "user_name", "message")  # what links of other pages fill in


@require_safe
def orders(request: HttpRequest, group_id: int) -> HttpResponse:
    """The table of what is possible, the form, and the last orders. ?operation= &user= &user_name= &message= fill the form."""
    group = access.group_for(actor(request), group_id)
    form = OrderForm(initial={name: request.GET.get(name, "")[:255] for name in GIVEN}, rights=_rights(request, group))
    return _page(request, group, form)


@require_POST
@once
def order(request: HttpRequest, group_id: int) -> HttpResponse:
    """Do it; its page says how it went."""
    group = access.group_for(actor(request), group_id)
    rights = _rights(request, group)
    form = OrderForm(request.POST, rights=rights)
    if not form.fields["operation"].choices:  # type: ignore[attr-defined]
        raise Forbidden(_("Your post in this group does not include acting in it."))
    if form.is_valid():
        at = clock.now()
        try:
            made = messaging.order(group=group, wish=form.wish(at), reason=form.cleaned_data["reason"], by=actor(request), at=at)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            waits = made.state == DeliveryState.WAITING_PERSON
            messages.success(request, _("It waits on the send desk for a person.") if waits else _("It is on its way."))
            return redirect("messaging:delivery", made.pk)
    return _page(request, group, form, status=422)


@require_POST
@once
def look(request: HttpRequest, group_id: int) -> HttpResponse:
    """Ask the platform what the account may do here."""
    group = access.group_for(actor(request), group_id)
    messaging.look_again(group=group, by=actor(request), at=clock.now())
    messages.success(request, _("The platform was asked."))
    return redirect("messaging:orders", group.pk)


@require_safe
def abilities(request: HttpRequest, group_id: int) -> HttpResponse:
    """The table alone, for the group's page."""
    group = access.group_for(actor(request), group_id)
    return render(request, "messaging/abilities.html", {"group": group, "ables": queries.abilities_of(group)})


def _rights(request: HttpRequest, group: Group) -> frozenset[access.GroupRight]:
    return access.rights(actor(request), group)


def _page(request: HttpRequest, group: Group, form: OrderForm, *, status: int = 200) -> HttpResponse:
    choices: Any = form.fields["operation"].choices  # type: ignore[attr-defined]
    recent = queries.deliveries_for(actor(request), sandboxes=True).filter(group=group, purpose=PURPOSE).order_by("-due_at", "-pk")
    context = frame(request, group, "overview") | {
        "form": form if choices else None,
        "ables": queries.abilities_of(group),
        "members": queries.members_of(group) if choices else [],
        "recent": recent[:RECENT],
    }
    return render(request, "messaging/orders.html", context, status=status)
