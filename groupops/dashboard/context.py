"""Health in the top bar of every page: the worst open alarm, or a silent worker."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groupops.accounts.policy import Right
from groupops.record import queries as record
from groupops.record.models import Alarm, Heartbeat
from groupops.shared import clock

SILENT = 90  # seconds without a heartbeat of a worker


def health(request: HttpRequest) -> dict[str, Any]:
    """Context `health`: {"state", "label", "url"}, or nothing for those who may not see the system. Fragments never ask."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.has_right(Right.SEE_SYSTEM):
        return {}
    return {"health": SimpleLazyObject(_health)}


def _health() -> dict[str, str]:
    state, label = _worst()
    return {"state": state, "label": label, "url": reverse("system")}


def _worst() -> tuple[str, str]:
    severities = list(record.open_alarms().values_list("severity", flat=True)[:100])
    if severities:
        worst = "critical" if Alarm.Severity.CRITICAL in severities else "warning"
        return worst, ngettext("%(n)d alarm", "%(n)d alarms", len(severities)) % {"n": len(severities)}
    last = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    if last is None or (clock.now() - last).total_seconds() > SILENT:
        return "down", _("No worker answers")
    return "ok", _("All is well")
