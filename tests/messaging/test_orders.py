"""Acting in a group by hand: what the table says, who may order what, and what becomes of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groupops.dashboard import audit_words
from groupops.messaging import delivery as engine
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Operation
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Delivery, Limit, Order, Refusal
from groupops.messaging.outbox import Wish
from groupops.messaging.policy import DeliveryState, Step
from groupops.messaging.rights import RIGHTS
from groupops.messaging.services.orders import VERBS
from groupops.record.models import AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Forbidden
from tests.factories import accounts as people
from tests.factories.groups import GroupFactory
from tests.factories.messaging import bound

pytestmark = pytest.mark.django_db


@pytest.fixture
def binding(running: Platform) -> Binding:
    """A group whose room is open, with one member."""
    made = bound(running)
    running.join(made.remote_id, "wang", "王芳")
    return made


def order(binding: Binding, **values: str) -> Client:
    """A founder's browser, after posting the form; its answer is in `answer`."""
    client = Client()
    client.force_login(people.founder())
    client.answer = client.post(reverse("messaging:order", args=[binding.group_id]), values)  # type: ignore[attr-defined]
    return client


def test_a_removal_leaves_by_itself(running: Platform, binding: Binding) -> None:
    """Ordered on the page, carried out by a worker, with an audit line and the order behind it."""
    answer = order(binding, operation="kick", user="wang", user_name="王芳", reason="广告").answer  # type: ignore[attr-defined]
    row = Delivery.objects.get()
    assert answer["Location"] == reverse("messaging:delivery", args=[row.pk])
    engine.run(now=clock.now)
    row.refresh_from_db()
    assert (row.state, row.step) == (DeliveryState.SENT, Step.ASKED)
    assert "wang" not in running.rooms[binding.remote_id].members
    assert Order.objects.get().reason == "广告"
    assert AuditEntry.objects.filter(verb="order.kick").exists()


def test_without_a_room_it_becomes_a_task(running: Platform) -> None:
    """Nothing is lost because nothing is connected."""
    group = GroupFactory()
    messaging.order(group=group, wish=Wish(Operation.KICK, user="wang"), by=people.founder(), at=clock.now())
    assert Delivery.objects.get().state == DeliveryState.WAITING_PERSON


def test_an_admin_removes_and_mutes_but_does_not_speak(binding: Binding) -> None:
    """Seed: 踢人、禁言、群公告."""
    admin = people.admin()
    messaging.order(group=binding.group, wish=Wish(Operation.MUTE, user="wang"), by=admin, at=clock.now())
    with pytest.raises(Forbidden):
        messaging.order(group=binding.group, wish=Wish(text="大家好"), by=admin, at=clock.now())


@pytest.mark.parametrize(
    "wish",
    [
        Wish(Operation.KICK),
        Wish(Operation.DELETE_MESSAGE),
        Wish(Operation.ANNOUNCE, text="  "),
        Wish(Operation.MUTE, user="wang", until=clock.now() - timedelta(minutes=1)),
    ],
    ids=lambda wish: str(wish.operation),
)
def test_an_order_says_what_it_lacks(binding: Binding, wish: Wish) -> None:
    """And nothing is kept of it."""
    with pytest.raises(messaging.Incomplete):
        messaging.order(group=binding.group, wish=wish, by=people.founder(), at=clock.now())
    assert not Order.objects.exists()


def test_a_rejected_form_comes_back_with_what_was_typed(binding: Binding) -> None:
    """422, and the reason at its field."""
    answer = order(binding, operation="kick", reason="广告").answer  # type: ignore[attr-defined]
    assert answer.status_code == 422
    assert "广告" in answer.content.decode()


def test_a_clock_unmute_leaves_a_longer_mute_alone(running: Platform, binding: Binding) -> None:
    """Two overlapping mutes: the later end wins."""
    at = clock.now()
    for hours in (1, 3):
        wish = Wish(Operation.MUTE, user="wang", until=at + timedelta(hours=hours))
        messaging.order(group=binding.group, wish=wish, by=people.founder(), at=at)
    Delivery.objects.update(state=DeliveryState.SENT, settled_at=at)
    lifted = Order.objects.create(group=binding.group, operation=Operation.UNMUTE, at=at)
    early = Delivery.objects.create(
        key="early", purpose="order", subject_id=lifted.pk, group=binding.group, connection=binding.connection, operation=Operation.UNMUTE,
        user="wang", urgent=True, due_at=at + timedelta(hours=1), created_at=at,
    )  # fmt: skip
    engine.run(now=lambda: at + timedelta(hours=1, seconds=5))
    early.refresh_from_db()
    assert early.state == DeliveryState.CANCELLED


def test_the_table_says_what_works_before_anyone_clicks(binding: Binding) -> None:
    """On the group's own page too, fetched into it; a refusal shows with its reason."""
    Refusal.objects.create(connection=binding.connection, operation=Operation.KICK, line="The platform cannot mute.", at=clock.now())
    client = Client()
    client.force_login(people.viewer())
    page = client.get(reverse("messaging:abilities", args=[binding.group_id])).content.decode()
    assert str(Operation.KICK.label) in page
    assert str(Step.BY_HAND.label) in page
    assert reverse("messaging:abilities", args=[binding.group_id]) in client.get(f"/groups/{binding.group_id}/").content.decode()


def test_limits_are_set_removed_and_refusals_tried_again(binding: Binding) -> None:
    """On the channel's page, each with its audit line."""
    client, pk = Client(), binding.connection_id
    client.force_login(people.operator())
    client.post(reverse("messaging:limit", args=[pk]), {"scope": "connection", "times": "5", "seconds": "60"})
    client.post(reverse("messaging:limit", args=[pk]), {"scope": "connection", "times": "7", "seconds": "60"})
    limit = Limit.objects.get()
    assert limit.times == 7
    assert client.get(reverse("messaging:connection", args=[pk])).status_code == 200
    client.post(reverse("messaging:no-limit", args=[pk, limit.pk]))
    Refusal.objects.create(connection=binding.connection, operation=Operation.KICK, line="不支持", at=clock.now())
    client.post(reverse("messaging:try-again", args=[pk, "kick"]))
    assert not Limit.objects.exists()
    assert not Refusal.objects.exists()
    assert AuditEntry.objects.filter(verb__startswith="connection.").count() == 4


def test_a_test_message_goes_the_way_of_every_other(running: Platform, binding: Binding) -> None:
    """From the channel's page into the room."""
    client = Client()
    client.force_login(people.operator())
    client.post(reverse("messaging:test-send", args=[binding.connection_id]), {"group": str(binding.group_id)})
    engine.run(now=clock.now)
    assert len(running.rooms[binding.remote_id].messages) == 1


def test_every_order_has_words_in_the_audit_log() -> None:
    """For each operation that can be ordered."""
    assert set(VERBS) == set(RIGHTS)
    assert set(VERBS.values()) <= set(audit_words.VERBS)
