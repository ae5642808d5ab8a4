"""Posts that are due in rooms of a running fake platform, and waiting until all of them have left."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import httpx
from django.db import transaction

from content.models import Post
from groupops.messaging.models import Binding, Delivery, Receipt
from groupops.messaging.policy import DeliveryState, key_of, text_key
from groupops.shared import clock

CONNECTIONS, ROOMS = 8, 10  # rooms of each connection
PATIENCE = 300.0


def rooms(platform: str) -> list[Binding]:
    """Groups bound to rooms, spread over several accounts' connections. Each account is in its own rooms alone: it hears itself."""
    from tests.factories.groups import GroupFactory
    from tests.factories.messaging import BindingFactory, ConnectionFactory

    made = []
    for n in range(CONNECTIONS):
        connection = ConnectionFactory(credentials={"account": f"groupops{n}"}, account=f"groupops{n}")
        made += [BindingFactory(connection=connection, group=GroupFactory()) for _room in range(ROOMS)]
    for binding in made:
        content = {"name": binding.remote_name, "members": {binding.connection.account: "GroupOps", "alice": "Alice"}}
        httpx.put(f"{platform}/control/rooms/{binding.remote_id}", json=content).raise_for_status()
    return made


@transaction.atomic  # or the planner, which runs beside, would hand over the posts that have no delivery yet
def post(bindings: list[Binding], count: int, due: Callable[[int], datetime]) -> list[int]:
    """Posts with their deliveries, as content.tasks.release leaves them; the ids of the deliveries."""
    at = clock.now()
    common = {"kind": "message", "state": "scheduled", "created_at": at, "released_at": at}
    places = [bindings[n % len(bindings)] for n in range(count)]
    posts = Post.objects.bulk_create(
        Post(group=place.group, title=f"通知{n}", body=f"第 {n} 条，{at.isoformat()}", due_at=due(n), **common)
        for n, place in enumerate(places)
    )
    made = Delivery.objects.bulk_create(
        Delivery(
            key=key_of("post", one.pk, one.group_id),
            purpose="post",
            subject_id=one.pk,
            group_id=one.group_id,
            connection_id=place.connection_id,
            text=one.body,
            text_key=text_key(one.body),
            due_at=one.due_at,
            created_at=at,
        )
        for one, place in zip(posts, places, strict=True)
    )
    return [one.pk for one in made]


def rate(ids: list[int], start: datetime) -> float:
    """Deliveries per second from `start` to the last receipt, once all have one."""
    all_sent(ids)
    return len(ids) / (max(Receipt.objects.filter(delivery__in=ids).values_list("at", flat=True)) - start).total_seconds()


def all_sent(ids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while Delivery.objects.filter(pk__in=ids, state=DeliveryState.SENT).count() < len(ids):
        if time.monotonic() > deadline:
            raise TimeoutError(str(Counter(Delivery.objects.filter(pk__in=ids).values_list("state", "why"))))
        time.sleep(0.2)
