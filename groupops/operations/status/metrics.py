"""Metrics for Prometheus: what django-prometheus counts of requests, and our own gauges, read from the database when somebody asks."""

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from groupops.accounts.middleware import public
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.operations.status import queries
from groupops.operations.status.queries import Status
from groupops.record.models import Alarm, Heartbeat
from groupops.shared import clock
from groupops.shared.http import client_address

SETTLED = (DeliveryState.SENT, DeliveryState.CANCELLED)  # they grow for ever, and counting them would cost by that


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus alone: by METRICS_TOKEN, or from an address of METRICS_ALLOW. To everybody else there is no such page."""
    if not _may(request):
        raise Http404
    ours = CollectorRegistry()
    ours.register(Gauges(clock.now()))
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(ours), content_type=CONTENT_TYPE_LATEST)


def _may(request: HttpRequest) -> bool:
    wanted: str = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if wanted and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    address = client_address(request)
    return any(_within(address, network) for network in settings.METRICS_ALLOW)


def _within(address: str | None, network: str) -> bool:
    try:
        return ip_address(address or "") in ip_network(network, strict=False)
    except ValueError:
        return False


class Gauges(Collector):
    """What the status page says, as numbers. A constant number of queries a scrape."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def collect(self) -> Iterator[Metric]:
        """Every gauge."""
        status = queries.status(self._at)
        yield from self._waiting(status)
        yield from self._machine(status)
        yield from self._channels(status)

    def _waiting(self, status: Status) -> Iterator[Metric]:
        rows = Delivery.objects.exclude(state__in=SETTLED).order_by().values_list("state").annotate(n=Count("pk"))
        yield _by("deliveries", "Deliveries that are not over, by state.", "state", rows)
        yield _one("queue_depth", "Deliveries that should leave or wait for a retry.", status.backlog["to_send"])
        yield _one("oldest_due_age_seconds", "For how long the oldest due delivery has waited.", self._age(status.oldest_due))
        yield _one("inbound_waiting", "Stored events that are not understood yet.", status.backlog["events_waiting"])
        yield _one("inbound_parked", "Stored events that broke the pipeline.", status.backlog["events_parked"])
        loud = dict.fromkeys(Alarm.Severity.values, 0)
        for alarm in status.alarms:
            loud[alarm.severity] += 1
        yield _by("alarms_open", "Open alarms, by severity.", "severity", loud.items())

    def _machine(self, status: Status) -> Iterator[Metric]:
        ages = [(name, self._age(at)) for name, at in Heartbeat.objects.order_by("name").values_list("name", "at")]
        yield _by("heartbeat_age_seconds", "Since a part last showed that it lives.", "part", ages)
        yield _one("database_bytes", "Size of the database.", status.database.size)
        yield _one("database_latency_seconds", "The smallest question to the database.", status.database.latency / 1000)
        yield _one("broker_up", "Whether the broker answers.", status.broker.answers)
        yield _one("broker_waiting", "Rings that no worker has taken.", status.broker.waiting)
        yield _one("disk_used_ratio", "How full the disk of the state folder is.", status.disk.percent / 100)
        proven = status.last_proven.made_at if status.last_proven else None
        if proven is not None:
            yield _one("backup_proven_age_seconds", "Age of the last backup that is proven.", self._age(proven))
        if status.doctor is not None:
            yield _one("doctor_age_seconds", "Since the doctor last looked.", self._age(status.doctor.at))
            yield _one("doctor_broken", "Promises that did not hold then.", len(status.doctor.broken))

    def _channels(self, status: Status) -> Iterator[Metric]:
        named = [(one.connection.name, one.connection) for one in status.channels]
        yield _by("channel_up", "Whether a channel works.", "channel", [(name, one.health == "ok") for name, one in named])
        yield _by("channel_breaker_open", "Whether its breaker is open.", "channel", [(name, one.is_broken) for name, one in named])

    def _age(self, at: datetime | None) -> float:
        return 0.0 if at is None else max(0.0, (self._at - at).total_seconds())


def _one(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"groupops_{name}", says, value=float(value))


def _by(name: str, says: str, label: str, rows: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"groupops_{name}", says, labels=[label])
    for value, number in rows:
        family.add_metric([str(value)], float(number))
    return family
