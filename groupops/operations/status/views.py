"""系统状态, and the test of the notices."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groupops.accounts.middleware import actor
from groupops.accounts.policy import Right
from groupops.operations import services as operations
from groupops.operations.status import queries
from groupops.record.idempotency import once
from groupops.shared import clock, disk


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """系统状态: what lives, what waits, what is wrong; with `?part=1` the part that renews itself."""
    context = {
        "status": queries.status_for(actor(request), clock.now()),
        "may_connect": actor(request).has_right(Right.MANAGE_CONNECTIONS),
        "stop_at": disk.STOP_AT,
        "live_url": reverse("live") if settings.REDIS_URL else "",
    }
    return render(request, "operations/system.html#live" if request.GET.get("part") == "1" else "operations/system.html", context)


@require_POST
@once
def try_notices(request: HttpRequest) -> HttpResponse:
    """Send a test notice by every way that is set up, and say what came of it."""
    tried = operations.try_notices(by=actor(request), at=clock.now())
    if not tried:
        messages.warning(request, _("No way is set up for you: set EMAIL_URL and an e-mail address of yours, or NOTICE_WEBHOOK_URL."))
    for one in tried:
        told = {"way": one.way, "to": one.recipient, "problem": one.problem}
        if one.problem:
            messages.error(request, _("%(way)s %(to)s: it could not be sent (%(problem)s). The worker's log says more.") % told)
        else:
            messages.success(request, _("%(way)s %(to)s: a test notice was sent.") % told)
    return redirect("system")
