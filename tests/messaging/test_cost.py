"""What a send costs in statements, and that the statement which is written in SQL judges as the ORM's conditions do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from content.models import Post
from content.policy import PostKind, PostState
from groupops.groups.models import GroupDay
from groupops.groups.policy import Lifecycle
from groupops.messaging import delivery as engine
from groupops.messaging import holding
from groupops.messaging.adapter import Operation
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Connection, Delivery, Pause, Receipt
from groupops.messaging.policy import DeliveryState, Sort, text_key
from groupops.shared import clock
from tests.factories import accounts
from tests.factories.messaging import AS_ASKED, DeliveryFactory, bound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BATCH = 10
EACH = 10  # room, same text, guard; try, attempt; state, post, its day, attempt's end, receipt
ONCE = 15  # ripening, who waits (twice), the connection, the claim (5), the terms (4), the look at the room, the connection's stamp
SAVEPOINTS = 4  # of each send, for its two transactions within the test's own
S = DeliveryState


def posts(running: Platform, count: int) -> list[Delivery]:
    """Due posts of one group, as they are released."""
    binding, at = bound(running), clock.now()
    binding.group.lifecycle = Lifecycle.ACTIVE
    binding.group.save()
    values = {"kind": PostKind.MESSAGE, "state": PostState.SCHEDULED, "due_at": at, "created_at": at}
    said = [Post.objects.create(group=binding.group, title=f"通知{n}", body=f"第{n}条足够长的消息", **values) for n in range(count)]
    common: dict[str, Any] = {"group": binding.group, "connection": binding.connection, "purpose": "post"}
    return [DeliveryFactory(subject_id=post.pk, text=post.body, text_key=text_key(post.body), **common) for post in said]


def test_a_batch_of_posts_takes_ten_statements_each(running: Platform, django_assert_max_num_queries: Callable[..., Any]) -> None:
    """With every check and every trace of it; more of them is a decision, not an accident."""
    posts(running, BATCH)
    with django_assert_max_num_queries(ONCE + BATCH * (EACH + SAVEPOINTS)):
        engine.run(now=clock.now)
    assert set(Post.objects.values_list("state", flat=True)) == {PostState.SENT}
    assert (Receipt.objects.count(), Attempt.objects.exclude(ended_at=None).count()) == (BATCH, BATCH)
    assert GroupDay.objects.get().posts_sent == BATCH


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("where", ["everything", "connection", "group", "elsewhere"])
def test_a_try_asks_for_pauses_as_a_claim_does(running: Platform, operation: Operation, where: str) -> None:
    """Of speaking and of enforcing, of every place."""
    binding, other = bound(running), bound(running)
    for stopped in Sort:
        Pause.objects.all().delete()
        row = DeliveryFactory(group=binding.group, connection=binding.connection, operation=operation)
        [claimed] = engine.claim(binding.connection_id, at=clock.now())
        places: dict[str, dict[str, Any]] = {"everything": {}, "connection": {"connection": binding.connection}}
        place = places.get(where, {"group": binding.group if where == "group" else other.group})
        Pause.objects.create(sort=stopped, by=accounts.operator(), at=clock.now(), **place)
        free = Delivery.objects.filter(holding.free(), pk=row.pk).exists()
        assert bool(engine.begin(claimed, AS_ASKED, at=clock.now())) == free
        assert holding.is_held(row) != free
        Delivery.objects.filter(pk=row.pk).update(state=S.CANCELLED)


@pytest.mark.parametrize("lost", ["fence", "lease", "state", "connection"])
def test_a_claim_that_is_gone_is_no_try(running: Platform, lost: str) -> None:
    """Taken by another worker, too old, decided by a person, on a channel that was paused."""
    binding = bound(running)
    row = DeliveryFactory(group=binding.group, connection=binding.connection)
    [claimed] = engine.claim(binding.connection_id, at=clock.now())
    columns = {"fence": {"fence": "0" * 32}, "lease": {"lease_until": clock.now() - timedelta(seconds=1)}, "state": {"state": S.UNKNOWN}}
    if lost == "connection":
        Connection.objects.update(paused=True)
    else:
        Delivery.objects.filter(pk=row.pk).update(**columns[lost])
    assert engine.begin(claimed, AS_ASKED, at=clock.now()) is None
    assert not Attempt.objects.exists()
