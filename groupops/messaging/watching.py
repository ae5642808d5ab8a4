"""What nobody looked after in time: a queue that stands, deliveries that failed or were missed. One alarm each, while it is so."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from groupops.messaging import holding
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.record import services as record

GRACE = timedelta(minutes=10)  # what should have left this long ago makes the queue too old
LOOK_BACK = timedelta(days=1)  # an older failure is history: the failure inbox still shows it
QUEUE, FAILED, MISSED = "queue-old", "deliveries-failed", "deliveries-missed"
FAMILIES = (QUEUE, FAILED, MISSED)
OLD = _("%(count)d messages should have left more than %(minutes)d minutes ago. Look whether the worker runs and the channel works.")
LOST = _("%(count)d messages could not be sent. Decide in the failure inbox what becomes of them.")
LAPSED = _("%(count)d messages were not sent in time and lapsed. Decide in the failure inbox whether they still go out.")
S = DeliveryState
ALARMS = {S.FAILED: (FAILED, LOST), S.MISSED: (MISSED, LAPSED)}


def overdue(at: datetime, *, grace: timedelta = GRACE) -> QuerySet[Delivery]:
    """What should have left `grace` ago, that no pause and no sandbox's clock holds back."""
    since = at - grace
    ripe = Q(state=S.PLANNED) | Q(state__in=(S.DUE, S.RETRY)) & (Q(not_before=None) | Q(not_before__lte=since))
    rows = Delivery.objects.filter(ripe, holding.free(), due_at__lte=since, group__sandbox=False)
    return rows.exclude(group__lifecycle__in=holding.SILENT)


def watch(*, at: datetime) -> None:
    """Open and close the alarms of the queue and of the failure inbox. Five queries."""
    inbox = reverse("messaging:deliveries")
    late = overdue(at).count()
    told = {"count": late, "minutes": int(GRACE.total_seconds() // 60)}
    _keep(QUEUE, "critical", OLD, told, f"{inbox}?state=open", at)
    for state, (key, text) in ALARMS.items():
        count = Delivery.objects.filter(state=state, settled_at__gte=at - LOOK_BACK, group__sandbox=False).count()
        _keep(key, "warning", text, {"count": count}, f"{inbox}?state={state}", at)


def _keep(key: str, severity: str, text: str, params: dict[str, int], url: str, at: datetime) -> None:
    if params["count"]:
        record.raise_alarm(key=key, severity=severity, text=text, params=params, at=at, url=url)
    else:
        record.close_alarm(key=key, at=at)
