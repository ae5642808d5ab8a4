"""say(): one row per intention, leaving after the commit."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from groupops.messaging import outbox
from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import doorbell
from tests.factories.groups import GroupFactory
from tests.factories.messaging import BindingFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
S = DeliveryState


def say(binding: Binding, **values: object) -> Delivery:
    """Something said to the binding's group."""
    defaults = {"purpose": "test", "subject_id": 1, "group": binding.group, "text": "早安", "due_at": AT, "expires_at": None, "at": AT}
    return outbox.say(**(defaults | values))  # type: ignore[arg-type]


def test_the_same_intention_gives_one_row() -> None:
    """Whatever the text or time of the second call."""
    binding = BindingFactory()
    assert say(binding) == say(binding, text="另一句", due_at=AT + timedelta(hours=1))
    assert Delivery.objects.get().text == "早安"
    say(binding, part=2)
    assert Delivery.objects.count() == 2


def test_what_is_due_rings_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Once per row; what is planned does not ring."""
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", rung.append)
    binding = BindingFactory()
    with django_capture_on_commit_callbacks(execute=True):
        assert say(binding).state == S.DUE
        say(binding)
        assert say(binding, subject_id=2, due_at=AT + timedelta(hours=1)).state == S.PLANNED
        assert rung == []
    assert rung == ["groupops.messaging.tasks.deliver"]


def test_a_broker_that_breaks_does_not_break_the_request(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """The row stands; beat's tick finds it."""

    def broken(_task: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(doorbell, "ring", broken)
    with django_capture_on_commit_callbacks(execute=True):
        say(BindingFactory())
    assert Delivery.objects.count() == 1


def test_a_group_without_a_room_waits_for_a_person() -> None:
    """With the reason, never silently."""
    delivery = outbox.say(purpose="test", subject_id=1, group=GroupFactory(), text="早安", due_at=AT, expires_at=None, at=AT)
    assert (delivery.state, delivery.connection, delivery.why) == (S.WAITING_PERSON, None, outbox.NO_ROOM)


def test_an_unknown_purpose_is_a_bug() -> None:
    """Nobody would guard or settle it."""
    with pytest.raises(ValueError, match="DELIVERY_KINDS"):
        say(BindingFactory(), purpose="smoke")
