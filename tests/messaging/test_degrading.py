"""The ladder from what was asked to a person's hands, and what stands on a delivery afterwards."""

from datetime import timedelta

import pytest

from groupops.messaging import delivery as engine
from groupops.messaging.adapter import ACTS, Capability, Level, Operation, weakest
from groupops.messaging.degrading import begun, choose, ladder
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Delivery, Refusal
from groupops.messaging.policy import DeliveryState, Step, sort_of
from groupops.shared import clock
from tests.factories.messaging import DeliveryFactory, bound

NATIVE = Capability(Level.NATIVE)
SPEAKS = {Operation.SEND_GROUP: NATIVE}
ALL = {operation: Capability(Level.NATIVE, timed=True) for operation in ACTS}


@pytest.mark.parametrize("operation", ACTS)
def test_what_is_possible_is_done_as_asked(operation: Operation) -> None:
    """Nothing is degraded without need, and a begun step is found again."""
    doing = choose(operation, ALL, text="好", ends=True)
    assert (doing.step, doing.operation, doing.text, doing.why) == (Step.ASKED, operation, "好", "")
    assert begun(operation, doing.step, text="好") == doing


@pytest.mark.parametrize("operation", ACTS)
def test_every_ladder_ends_without_a_call(operation: Operation) -> None:
    """With nothing possible it is in a person's hands, or kept here; the reason is said."""
    doing = choose(operation, {}, text="好", ends=False)
    assert doing.operation is None
    assert doing.why
    assert doing.step in {Step.BY_HAND, Step.RECORDED}


def test_an_announcement_goes_down_step_by_step() -> None:
    """Native, pinned, under a heading, by hand."""
    pins = SPEAKS | {Operation.PIN: NATIVE}
    assert choose(Operation.ANNOUNCE, pins, text="停课", ends=False).step == Step.PIN
    headed = choose(Operation.ANNOUNCE, SPEAKS, text="停课", ends=False)
    assert (headed.step, headed.operation, headed.text) == (Step.HEADED, Operation.SEND_GROUP, "【群公告】\n停课")
    assert begun(Operation.ANNOUNCE, headed.step, text="停课") == headed


def test_a_private_word_never_becomes_a_public_one() -> None:
    """Whatever the group can do."""
    assert Operation.SEND_GROUP not in {rung.operation for rung in ladder(Operation.SEND_DIRECT)}
    assert choose(Operation.SEND_DIRECT, SPEAKS, text="请注意", ends=False).step == Step.BY_HAND


def test_a_mute_without_end_on_the_platform_is_lifted_from_here() -> None:
    """Only where it has an end at all."""
    untimed = {Operation.MUTE: Capability(Level.EMULATED)}
    assert choose(Operation.MUTE, untimed, text="", ends=True).step == Step.TIMER
    assert choose(Operation.MUTE, untimed, text="", ends=False).step == Step.ASKED
    assert begun(Operation.MUTE, Step.TIMER, text="").step == Step.TIMER


def test_a_pause_never_keeps_somebody_muted() -> None:
    """Releasing is of no sort that a pause stops."""
    assert {sort_of(operation) for operation in ACTS} == {"speaking", "enforcing", None}
    assert sort_of(Operation.UNMUTE) is None
    assert sort_of(Operation.UNBAN) is None


@pytest.mark.django_db
def test_a_refusal_for_good_is_learned_and_the_next_step_taken(running: Platform) -> None:
    """The room's account says it can announce; an earlier refusal says it cannot: the weakest wins, and the delivery says so."""
    binding = bound(running)
    row = DeliveryFactory(connection=binding.connection, group=binding.group, operation=Operation.KICK, user="wang", user_name="王芳")
    Refusal.objects.create(connection=binding.connection, operation=Operation.KICK, line="不支持", at=clock.now())
    engine.run(now=clock.now)
    row.refresh_from_db()
    assert (row.state, row.step) == (DeliveryState.WAITING_PERSON, Step.BY_HAND)
    assert row.degraded


@pytest.mark.django_db
def test_a_mute_that_nobody_can_carry_out_is_kept_here(running: Platform) -> None:
    """It counts as done by our own record, and says that it is only that."""
    binding = bound(running)
    Binding.objects.filter(pk=binding.pk).update(abilities={"mute": {"level": "none"}})
    row = DeliveryFactory(
        connection=binding.connection, group=binding.group, operation=Operation.MUTE, user="wang", until=clock.now() + timedelta(hours=1)
    )
    engine.run(now=clock.now)
    row.refresh_from_db()
    assert (row.state, row.step, row.receipt.remote_id) == (DeliveryState.SENT, Step.RECORDED, "recorded")
    assert not Delivery.objects.filter(operation=Operation.UNMUTE).exists()


def test_the_weakest_and_the_tightest_win() -> None:
    """A room without timed mutes on a platform that has them; a shorter text than usual."""
    usual = Capability(Level.NATIVE, max_chars=2000, timed=True)
    here = Capability(Level.EMULATED, max_chars=500, why="没有定时")
    assert weakest(usual, here) == here
    assert weakest(usual, Capability(Level.NATIVE)) == Capability(Level.NATIVE, max_chars=2000)
