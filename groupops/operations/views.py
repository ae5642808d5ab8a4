"""Health, for a load balancer, a container engine or a monitor; open to everyone, so it tells no secrets."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from groupops.accounts.middleware import public
from groupops.operations import queries
from groupops.operations.policy import EXPECTED
from groupops.shared import clock


@public
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers; asks nothing of the database. Restart the process when it stays away."""
    return JsonResponse({"status": "live"})


@public
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and the worker's heartbeat is fresh, else 503; says which in JSON."""
    health = queries.health(at=clock.now())
    body = {
        "status": "ready" if health.ready else "not ready",
        "database": health.database,
        "heartbeats": {name: {"age": health.age(name), "fresh": health.fresh(name)} for name in EXPECTED},
    }
    return JsonResponse(body, status=200 if health.ready else 503)
