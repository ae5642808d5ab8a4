"""入群欢迎语: what is said to newcomers of a group, shown as they would see it; tried in a room; what was said lately."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.views.found import actor
from groupops.record.idempotency import once
from groupops.shared import clock, paging
from groupops.shared.http import not_found_unless
from members.newcomers import queries
from members.newcomers import services as newcomers
from members.newcomers.forms import PreviewForm, TryForm

ORDER = ("created_at", "id")
NAMES = ("小宋", "小王", "小李")  # whom the preview welcomes


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """The welcome of `?group=` (else of the first one sees) as a bubble, for one and for several, and the messages of all groups."""
    user = actor(request)
    form = PreviewForm(request.GET or None, by=user)
    group = form.cleaned_data["group"] if form.is_valid() else form.fields["group"].queryset.first()  # type: ignore[attr-defined]
    page = paging.page(queries.rounds_for(user), query=request.GET, order=ORDER, size=25)
    context = {"form": form, "group": group, "page": page, "try_form": TryForm(by=user)}
    if group is not None:
        rule = queries.welcome_rules([group.pk])[group.pk]
        context |= {
            "rule": rule,
            "one": queries.sample(group, NAMES[:1], rule),
            "many": queries.sample(group, NAMES, rule),
            "hint": queries.join_hint(group, rule),
            "home": queries.home_of(group),
            "may_edit": access.may(user, GroupRight.EDIT, group),
            "may_try": access.may(user, GroupRight.CONTENT, group),
            "set_at": next((scope for name, _t, _v, scope in groups.effective(group) if name == "members.welcome"), None),
        }
    return render(request, "members/welcome.html", context)


@require_POST
@once
def try_welcome(request: HttpRequest, group_id: int) -> HttpResponse:
    """Say the welcome of a group as a test in a room, where one may speak."""
    group: Group = access.group_for(actor(request), group_id, GroupRight.CONTENT)
    form = TryForm(request.POST, by=actor(request))
    not_found_unless(form.is_valid())
    newcomers.try_welcome(
        group=group, room=form.cleaned_data["room"], text=queries.sample(group, NAMES[:1]), by=actor(request), at=clock.now()
    )
    messages.success(request, _("The test is on its way."))
    return redirect(f"{reverse('members:welcome')}?group={group_id}")


@require_POST
@once
def renew_home(request: HttpRequest, group_id: int) -> HttpResponse:
    """Another link for a group's own page; the old one opens nothing any more."""
    group: Group = access.group_for(actor(request), group_id, GroupRight.EDIT)
    newcomers.renew_home(group=group, by=actor(request), at=clock.now())
    messages.success(request, _("The link of before opens nothing any more. Welcomes carry the new one from now on."))
    return redirect(f"{reverse('members:welcome')}?group={group_id}")
