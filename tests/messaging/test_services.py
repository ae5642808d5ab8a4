"""What people do: connect, check, pause, renew, bind, decide, undo; with its audit line and without its secrets."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging import services as messaging
from groupops.messaging.adapter import Health
from groupops.messaging.checks import problems
from groupops.messaging.fake_platform import inprocess
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.models import Binding, Connection, Delivery, Receipt
from groupops.messaging.moves import IllegalMove, move
from groupops.messaging.policy import SEND_AGAIN_AFTER, UNDO_FOR, Decision, DeliveryState, Sort
from groupops.messaging.registry import ADAPTERS
from groupops.record.models import Alarm, AuditEntry
from groupops.shared import clock
from groupops.shared.errors import Conflict, Forbidden, Refused
from tests.factories import accounts
from tests.factories.messaging import BindingFactory, ConnectionFactory, DeliveryFactory, bound
from tests.messaging import purpose

pytestmark = pytest.mark.django_db
S = DeliveryState
TYPED = {"account": "geheim", "url": "memory://test"}


@pytest.fixture(autouse=True)
def offered(settings: Settings) -> None:
    """An installation with a fake platform."""
    settings.FAKE_PLATFORM_URL = "http://127.0.0.1:9"


def connect(by: User, **values: Any) -> Connection:
    """A connection to the test's platform."""
    return messaging.connect(**({"name": "演示", "kind": "memory", "typed": TYPED, "by": by, "at": clock.now()} | values))


# --- connections ---------------------------------------------------------------------------------------------------------
def test_a_connection_is_tried_sealed_and_audited_without_its_secrets(running: Platform) -> None:
    """The account's name is told, the typed values are not."""
    made = connect(accounts.operator())
    assert (made.health, made.account, made.credentials["account"]) == (Connection.Health.OK, "geheim", "geheim")
    assert "geheim" not in made.sealed
    entry = AuditEntry.objects.get(verb="connection.create")
    assert set(entry.detail.after) == {"adapter", "account"}


@pytest.mark.parametrize(
    "values",
    [
        {"typed": {"account": "x", "url": "memory://nobody"}},
        {"typed": {"url": "memory://test"}},
        {"kind": "smoke"},
        {"name": " "},
        {"name": "长" * 61},
    ],
)
def test_what_does_not_work_is_not_kept(running: Platform, values: dict[str, Any]) -> None:
    """With a reason for the form."""
    with pytest.raises(Refused):
        connect(accounts.operator(), **values)
    assert not Connection.objects.exists()


def test_names_are_unique(running: Platform) -> None:
    """A person must be able to tell them apart."""
    connect(accounts.operator())
    with pytest.raises(Conflict):
        connect(accounts.operator())


@pytest.mark.parametrize("who", [accounts.admin, accounts.volunteer, accounts.viewer])
def test_only_those_who_manage_connections_do(running: Platform, who: Callable[[], User]) -> None:
    """Every write."""
    user, made = who(), ConnectionFactory()
    for act in (
        lambda: connect(user),
        lambda: messaging.pause(place=made, sorts=list(Sort), by=user, at=clock.now()),
        lambda: messaging.resume(place=made, sorts=list(Sort), by=user, at=clock.now()),
        lambda: messaging.rotate(connection=made, typed=TYPED, by=user, at=clock.now()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_checking_keeps_what_it_finds_and_raises_an_alarm_while_it_is_bad(running: Platform) -> None:
    """One alarm, closed when the account works again."""
    made = ConnectionFactory()
    inprocess.stop("test")
    for _repeat in range(2):
        assert messaging.check(connection=made, at=clock.now()).health == Health.DOWN
    assert Alarm.objects.get().closed_at is None
    inprocess.start("test")
    messaging.check(connection=made, at=clock.now())
    assert Alarm.objects.get().closed_at is not None
    assert Connection.objects.get().health == Connection.Health.OK


def test_every_stale_connection_is_checked(running: Platform) -> None:
    """One that cannot even be opened does not hold up the rest."""
    broken, fine, fresh = (
        ConnectionFactory(adapter="smoke"),
        ConnectionFactory(health="new"),
        ConnectionFactory(checked_at=clock.now(), health="new"),
    )
    messaging.check_all(now=clock.now)
    health = dict(Connection.objects.values_list("pk", "health"))
    assert [health[row.pk] for row in (broken, fine, fresh)] == ["down", "ok", "new"]


def test_new_credentials_must_be_the_same_accounts(running: Platform) -> None:
    """Rooms belong to the account. What is left empty stays."""
    made, by = connect(accounts.operator()), accounts.operator()
    with pytest.raises(messaging.OtherAccount):
        messaging.rotate(connection=made, typed={"account": "jemand"}, by=by, at=clock.now())
    renewed = messaging.rotate(connection=made, typed={"account": "", "push_secret": "neu"}, by=by, at=clock.now())
    assert renewed.credentials == {**TYPED, "push_secret": "neu"}
    assert "neu" not in str(AuditEntry.objects.get(verb="connection.rotate").detail.after)


def test_a_renewed_login_speaks_again(running: Platform) -> None:
    """The pause that the lost login had caused ends; a person's own pause does not."""
    lost, quiet = ConnectionFactory(paused=True, health="needs_login"), ConnectionFactory(paused=True)
    for made in (lost, quiet):
        messaging.rotate(connection=made, typed={}, by=accounts.operator(), at=clock.now())
    assert [Connection.objects.get(pk=made.pk).paused for made in (lost, quiet)] == [False, True]


# --- bindings ------------------------------------------------------------------------------------------------------------
def test_binding_keeps_what_the_platform_says_of_the_room(running: Platform) -> None:
    """Name and size; what has not left goes there."""
    group = BindingFactory().group
    waiting = DeliveryFactory(group=group, connection=group.binding.connection)
    made = ConnectionFactory()
    running.open_room("neu", "新的群", {"groupops": "GroupOps", "a": "甲"})
    binding = messaging.bind(group=group, connection=made, remote_id="neu", by=accounts.operator(), at=clock.now())
    assert (binding.remote_name, binding.remote_size, binding.flagged) == ("新的群", 2, "")
    assert Delivery.objects.get(pk=waiting.pk).connection == made
    assert AuditEntry.objects.get(verb="group.bind").group_id == group.pk


def test_a_room_is_one_group(running: Platform) -> None:
    """And a room our account is not in is none."""
    binding, other = bound(running), BindingFactory().group
    with pytest.raises(messaging.RoomTaken):
        messaging.bind(group=other, connection=binding.connection, remote_id=binding.remote_id, by=accounts.operator(), at=clock.now())
    for nowhere in ("nirgends", "", "a\0b"):
        with pytest.raises(messaging.WrongRoom):
            messaging.bind(group=other, connection=binding.connection, remote_id=nowhere, by=accounts.operator(), at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Binding.objects.filter(group=other).update(connection=binding.connection, remote_id=binding.remote_id)


def test_unbinding_leaves_what_is_due_to_a_person(running: Platform) -> None:
    """Once; what is settled stays as it is."""
    binding = bound(running)
    due = DeliveryFactory(group=binding.group, connection=binding.connection)
    done = DeliveryFactory(group=binding.group, connection=binding.connection, state=S.CANCELLED)
    group, by = Group.objects.get(pk=binding.group_id), accounts.operator()
    assert [messaging.unbind(group=group, by=by, at=clock.now()) for _ in range(2)] == [True, False]
    assert [Delivery.objects.get(pk=row.pk).state for row in (due, done)] == [S.WAITING_PERSON, S.CANCELLED]
    assert purpose.told == [(due.subject_id, S.WAITING_PERSON)]


def test_binding_needs_the_right(running: Platform) -> None:
    """Of the group."""
    binding = bound(running)
    for act in (
        lambda: messaging.bind(group=binding.group, connection=binding.connection, remote_id="x", by=accounts.viewer(), at=clock.now()),
        lambda: messaging.unbind(group=binding.group, by=accounts.viewer(), at=clock.now()),
    ):
        with pytest.raises(Forbidden):
            act()


# --- decisions -----------------------------------------------------------------------------------------------------------
def decide(row: Delivery, decision: Decision, *, by: User | None = None, at: datetime | None = None) -> Delivery:
    """By an operator, now."""
    return messaging.decide(delivery=row, decision=decision, by=by or accounts.operator(), at=at or clock.now())


def undo(row: Delivery, after: timedelta = timedelta()) -> Delivery:
    """By an operator, some time after now."""
    return messaging.undo(delivery=row, by=accounts.operator(), at=clock.now() + after)


@pytest.mark.parametrize("state", [S.WAITING_PERSON, S.UNKNOWN])
def test_a_persons_confirmation_is_a_receipt_and_can_be_taken_back(state: DeliveryState) -> None:
    """For ten minutes; the purpose follows both ways."""
    row, by = DeliveryFactory(state=state), accounts.operator()
    decide(row, Decision.SENT, by=by)
    assert Receipt.objects.get().confirmed_by == by
    assert undo(row).state == state
    assert not Receipt.objects.exists()
    assert purpose.told == [(row.subject_id, S.SENT), (row.subject_id, state)]
    decide(row, Decision.SENT)
    with pytest.raises(messaging.MovedOn):
        undo(row, UNDO_FOR + timedelta(seconds=5))
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["delivery.sent", "delivery.undo", "delivery.sent"]


@pytest.mark.parametrize("state", [S.UNKNOWN, S.FAILED, S.MISSED])
def test_send_again_waits_so_that_undo_is_honest(running: Platform, state: DeliveryState) -> None:
    """Ten seconds; its tries are forgiven, its expiry is new."""
    binding = bound(running)
    row = DeliveryFactory(
        group=binding.group, connection=binding.connection, state=state, attempts=20, expires_at=clock.now() - timedelta(days=1)
    )
    again = decide(row, Decision.AGAIN)
    assert (again.state, again.forgiven) == (S.DUE, 20)
    assert again.not_before is not None
    assert again.not_before >= clock.now() + SEND_AGAIN_AFTER - timedelta(seconds=2)
    assert again.expires_at is not None
    assert again.expires_at > clock.now()
    assert undo(row).state == state


def test_send_again_needs_a_room() -> None:
    """Otherwise it would wait for ever."""
    row = DeliveryFactory(state=S.MISSED)
    Binding.objects.all().delete()
    with pytest.raises(Refused):
        decide(row, Decision.AGAIN)


@pytest.mark.parametrize("state", [S.PLANNED, S.DUE, S.RETRY, S.UNKNOWN, S.WAITING_PERSON, S.FAILED, S.MISSED])
def test_cancelling_and_undoing(state: DeliveryState) -> None:
    """From wherever it has not left."""
    row = DeliveryFactory(state=state)
    assert decide(row, Decision.CANCEL).state == S.CANCELLED
    assert undo(row).state == state


@pytest.mark.parametrize(
    ("state", "decision"),
    [
        (S.SENT, Decision.CANCEL),
        (S.SENT, Decision.AGAIN),
        (S.DUE, Decision.NOT_SENT),
        (S.DUE, Decision.SENT),
        (S.CANCELLED, Decision.AGAIN),
    ],
)
def test_the_page_may_be_old(state: DeliveryState, decision: Decision) -> None:
    """The person is told how it stands now; nothing changes."""
    row = DeliveryFactory(state=state)
    with pytest.raises(messaging.MovedOn):
        decide(row, decision)
    assert not AuditEntry.objects.exists()


def test_a_hook_that_refuses_rolls_the_decision_back() -> None:
    """The purpose knows more."""
    row = DeliveryFactory(state=S.MISSED)
    purpose.broken.add(row.subject_id)
    with pytest.raises(ZeroDivisionError):
        decide(row, Decision.AGAIN)
    assert Delivery.objects.get().state == S.MISSED


def test_deciding_needs_the_right() -> None:
    """To plan content in that group."""
    row = DeliveryFactory(state=S.UNKNOWN)
    with pytest.raises(Forbidden):
        decide(row, Decision.SENT, by=accounts.viewer())


# --- the walls -------------------------------------------------------------------------------------------------------------
def test_an_illegal_move_is_a_bug() -> None:
    """Not a refusal."""
    with pytest.raises(IllegalMove):
        move(DeliveryFactory(state=S.SENT), S.DUE, at=clock.now())


@pytest.mark.parametrize("change", [{"state": "lost"}, {"state": "claimed"}])
def test_the_database_keeps_the_states(change: dict[str, str]) -> None:
    """Unknown words, and claims without a fence."""
    row = DeliveryFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(**change)


def test_a_receipt_proves() -> None:
    """By a remote id or a person."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(delivery=DeliveryFactory(), at=clock.now())


def test_two_adapters_of_one_kind_refuse_to_start() -> None:
    """The registered ones do not clash."""
    assert problems(ADAPTERS) == []
    assert [problem.id for problem in problems((*ADAPTERS, ADAPTERS[0]))] == ["messaging.E001"]
