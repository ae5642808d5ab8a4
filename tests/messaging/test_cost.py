"""What a send costs in statements, and that the statement which is written in SQL judges as the functions do that give the reasons."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database

from content import delivery as posted
from content.models import Post
from content.policy import PostKind, PostState
from groupops.groups.models import GroupDay
from groupops.groups.policy import Lifecycle
from groupops.messaging import delivery as engine
from groupops.messaging import holding, repeats
from groupops.messaging.adapter import Operation
from groupops.messaging.delivery import calling
from groupops.messaging.delivery.trying import Standing
from groupops.messaging.delivery.verdicts import Verdict
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Attempt, Binding, Connection, Delivery, Pause, Receipt
from groupops.messaging.policy import DeliveryState, Sort, Step, text_key
from groupops.shared import clock
from tests.factories import accounts
from tests.factories.messaging import AS_ASKED, DeliveryFactory, bound

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BATCH = 10
# The try with its row and all that is asked before it; the delivery with its attempt's end, its receipt, the post and its day.
# SQLite writes each of them by itself.
EACH = {"postgresql": 2, "sqlite": 7}
# Ripening, who waits (twice), the connection, the claim with its rows (2; SQLite 5), the terms (3), the look at the room and what is asked
# with it (6), the connection's stamp; on PostgreSQL each statement is prepared once.
ONCE = {"postgresql": 22, "sqlite": 19}
SAVEPOINTS = {"postgresql": 0, "sqlite": 4}  # of each send, for its transactions within the test's own
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


def test_a_batch_of_posts_takes_two_statements_each(running: Platform, django_assert_max_num_queries: Callable[..., Any]) -> None:
    """With every check and every trace of it; more of them is a decision, not an accident."""
    posts(running, BATCH)
    with django_assert_max_num_queries(ONCE[database.vendor] + BATCH * (EACH[database.vendor] + SAVEPOINTS[database.vendor])):
        engine.run(now=clock.now)
    assert set(Post.objects.values_list("state", flat=True)) == {PostState.SENT}
    assert (Receipt.objects.count(), Attempt.objects.exclude(ended_at=None).count()) == (BATCH, BATCH)
    assert GroupDay.objects.get().posts_sent == BATCH


@pytest.mark.parametrize("state", list(PostState))
@pytest.mark.parametrize("told", [1, 2])
def test_what_was_sent_is_told_by_row_as_by_the_hook(running: Platform, settings: Any, state: PostState, told: int) -> None:
    """The post and its day, from whatever state, told once or twice."""
    hook = {name: path for name, path in settings.DELIVERY_KINDS["post"].items() if name != "sent_row"}
    found = []
    for kind in (settings.DELIVERY_KINDS["post"], hook):
        settings.DELIVERY_KINDS = settings.DELIVERY_KINDS | {"post": kind}
        [row] = posts(running, 1)
        Post.objects.filter(pk=row.subject_id).update(state=state, sent_at=clock.now() if state == PostState.SENT else None)
        for _time in range(told):
            Delivery.objects.update(state=S.CLAIMED, fence="0" * 32, lease_until=clock.now(), settled_at=None)
            row.refresh_from_db()
            attempt = Attempt.objects.create(delivery=row, number=row.tries.count() + 1, fence=row.fence, started_at=clock.now())
            Receipt.objects.all().delete()
            verdict = Verdict(S.SENT, "done", remote_ids=("e1",))
            calling._settle(row, attempt, verdict, clock.now(), AS_ASKED)
        post = Post.objects.get(pk=row.subject_id)
        at = post.sent_at == Delivery.objects.get(pk=row.pk).settled_at
        days = list(GroupDay.objects.filter(group=row.group).values_list("posts_sent", "messages", "joins"))
        found.append((row.state, post.state, post.sent_at is not None, at, days, list(row.tries.values_list("result", "line"))))
        Delivery.objects.filter(pk=row.pk).update(state=S.CANCELLED)
        Receipt.objects.all().delete()
        Attempt.objects.all().delete()
        Delivery.objects.all().delete()
    assert found[0] == found[1]


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


@pytest.mark.parametrize("lifecycle", list(Lifecycle))
@pytest.mark.parametrize("state", list(PostState))
def test_a_try_asks_of_a_post_what_its_guard_asks(running: Platform, state: PostState, lifecycle: Lifecycle) -> None:
    """Claimed while all was well, then changed."""
    [row] = posts(running, 1)
    [claimed] = engine.claim(row.connection_id or 0, at=clock.now())
    Post.objects.update(state=state, sent_at=clock.now())
    row.group.lifecycle = lifecycle
    row.group.save()
    began = engine.begin(claimed, AS_ASKED, standing=Standing(row.group.binding.remote_id, None), at=clock.now())
    assert bool(began) == (posted.guard(row, at=clock.now()) == "")


@pytest.mark.parametrize("change", ["nothing", "another room", "another connection", "doubted", "unbound"])
def test_a_try_wants_the_room_that_was_looked_at(running: Platform, change: str) -> None:
    """As it was read with the claim."""
    [row] = posts(running, 1)
    binding = row.group.binding
    [claimed] = engine.claim(row.connection_id or 0, at=clock.now())
    other = bound(running).connection
    rows = Binding.objects.filter(pk=binding.pk)
    changes: dict[str, Callable[[], object]] = {
        "another room": lambda: rows.update(remote_id="elsewhere"),
        "another connection": lambda: rows.update(connection=other),
        "doubted": lambda: rows.update(mismatch="?"),
        "unbound": rows.delete,
    }
    changes.get(change, lambda: None)()
    began = engine.begin(claimed, AS_ASKED, standing=Standing(binding.remote_id, None), at=clock.now())
    assert bool(began) == (change == "nothing")


@pytest.mark.parametrize("state", list(S))
def test_a_try_asks_for_the_same_text_as_the_doubt_does(running: Platform, state: DeliveryState) -> None:
    """In whatever state, by whomever, wherever, and long ago."""
    [row] = posts(running, 1)
    other, claim = bound(running).group, {"fence": "0" * 32, "lease_until": clock.now()}
    twin = DeliveryFactory(group=row.group, connection=None, state=state, text=row.text, text_key=row.text_key, **claim)
    changes: list[dict[str, Any]] = [{}, {"user": "wang"}, {"purpose": "post", "subject_id": row.subject_id}, {"text_key": "another"}]
    changes += [{"operation": Operation.KICK}, {"group": other}, {"attempts": 1}, {"step": Step.BY_HAND}, {"pk": row.pk - 1}]
    as_it_was = Delivery.objects.filter(pk=twin.pk).values().get()
    for hours, change in itertools.product((1, 13), changes):
        then, since = clock.now() - timedelta(hours=hours), clock.now() - timedelta(hours=12)
        Delivery.objects.exclude(pk=row.pk).delete()
        values = as_it_was | {"due_at": then, "settled_at": then} | change
        Delivery.objects.create(**{name: value for name, value in values.items() if not (name == "group_id" and "group" in change)})
        sql = f"SELECT COUNT(*) FROM {Delivery._meta.db_table} WHERE id = %s AND {repeats.no_other()}"  # noqa: S608  (our own names)
        with database.cursor() as cursor:
            cursor.execute(sql, [row.pk, *repeats.parameters(row, since=since)])
            free = cursor.fetchone()[0]
        assert bool(free) != repeats.before(row, since=since).exists()


def test_a_lost_fence_leaves_no_receipt(running: Platform) -> None:
    """Claimed by somebody else while the platform was asked: what it said does not count, and stands with the attempt."""
    [row] = posts(running, 1)

    def stolen(_fact: object) -> None:
        Delivery.objects.filter(pk=row.pk).update(fence="1" * 32)

    running.listeners.append(stolen)
    engine.run(now=clock.now)
    row.refresh_from_db()
    assert (row.state, Receipt.objects.count(), Post.objects.get().state) == (S.CLAIMED, 0, PostState.SCHEDULED)
    assert Attempt.objects.get().result == "late: done"
