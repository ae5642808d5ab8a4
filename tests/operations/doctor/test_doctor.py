"""Every invariant is broken once: the doctor says which and names the row, raises the alarm, and closes it when it has healed."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model

from content.models import Post
from content.policy import PostState, SlotState
from groupops.inbound.models import EventState
from groupops.messaging import watching
from groupops.messaging.models import Delivery, Receipt
from groupops.messaging.policy import DeliveryState
from groupops.operations.doctor import services as doctor
from groupops.record import heads
from groupops.record import services as record
from groupops.record.models import Alarm, AuditEntry, AuditSeal, Heartbeat
from groupops.shared import clock, invariants, triggers
from groupops.shared.invariants import Invariant, Look
from moderation.models import Appeal, Strike
from moderation.policy import AppealState
from tests.factories.accounts import UserFactory, founder
from tests.factories.content import PostFactory, SlotFactory, delivery_of
from tests.factories.inbound import StoredEventFactory
from tests.factories.messaging import DeliveryFactory
from tests.factories.moderation import AppealFactory, DecisionFactory, StrikeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
S = DeliveryState
LONG_AGO = timedelta(hours=1)


def entry() -> AuditEntry:
    """A line of the trail, not sealed yet."""
    return record.audit(by=founder(), verb="test.change", target=UserFactory(), at=clock.now() - LONG_AGO)


def flipped() -> AuditSeal:
    """A sealed line whose seal somebody changed behind the triggers."""
    entry()
    record.seal(at=clock.now())
    seal = AuditSeal.objects.get()
    untriggered()
    AuditSeal.objects.update(digest="0" * 64)
    return seal


def cut() -> str:
    """A head that was noted outside, and the chain does not hold."""
    heads.home().write_text("2026-11-28T00:00:00Z 7 abc\n")
    return "abc"


@pytest.fixture(autouse=True)
def no_heads() -> Iterator[None]:
    """Each test begins without noted heads."""
    yield
    heads.home().unlink(missing_ok=True)


def untriggered() -> str:
    """An append-only table that can be changed; the test's end brings the trigger back."""
    table = AuditSeal._meta.db_table
    with connection.cursor() as cursor:
        on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "{triggers.name_of(table, "UPDATE")}"{on}')
    return table


def receipt_of_a_failure() -> Receipt:
    """A person confirmed something that counts as failed."""
    return Receipt.objects.create(delivery=DeliveryFactory(state=S.FAILED), confirmed_by=founder(), at=clock.now())


def stuck() -> Delivery:
    """Claimed, and nobody took it back."""
    made = DeliveryFactory(state=S.DUE)
    late = clock.now() - LONG_AGO
    Delivery.objects.filter(pk=made.pk).update(state=S.CLAIMED, fence="6ba7b810-9dad-11d1-80b4-00c04fd430c8", lease_until=late)
    return made


def second_delivery() -> Post:
    """The same post twice, under another key."""
    post = PostFactory(state=PostState.SCHEDULED, released_at=clock.now())
    first = delivery_of(post)
    Delivery.objects.create(
        key="0" * 64,
        purpose="post",
        subject_id=post.pk,
        group=post.group,
        connection=first.connection,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    return post


def sent_unsent() -> Post:
    """A post that says it was sent; its delivery does not."""
    post = PostFactory(state=PostState.SENT, sent_at=clock.now())
    delivery_of(post, S.FAILED)
    return post


def upheld() -> Strike:
    """An appeal that was upheld, and the strike still counts."""
    made: Appeal = AppealFactory()
    Appeal.objects.filter(pk=made.pk).update(state=AppealState.UPHELD, decided_by=founder(), decided_at=clock.now())
    return made.strike


def undone() -> Model:
    """A strike whose decision was taken back."""
    return StrikeFactory(decision=DecisionFactory(undone_at=clock.now()))


def past() -> dict[str, object]:
    """Due an hour ago."""
    return {"due_at": clock.now() - LONG_AGO}


BREAKS: dict[str, Callable[[], object]] = {
    "record.chain": flipped,
    "record.heads": cut,
    "record.sealed": entry,
    "record.triggers": untriggered,
    "messaging.sent-has-receipt": lambda: DeliveryFactory(state=S.SENT),
    "messaging.receipt-was-sent": receipt_of_a_failure,
    "messaging.claims-end": stuck,
    "messaging.late-is-told": lambda: DeliveryFactory(state=S.RETRY, **past()),
    "messaging.late-lapses": lambda: DeliveryFactory(state=S.WAITING_PERSON, expires_at=clock.now() - LONG_AGO),
    "messaging.unknown-is-told": lambda: DeliveryFactory(state=S.UNKNOWN),
    "inbound.understood": lambda: StoredEventFactory(state=EventState.PENDING, received_at=clock.now() - LONG_AGO),
    "inbound.parked-is-told": lambda: StoredEventFactory(state=EventState.PARKED).connection,
    "content.one-delivery": second_delivery,
    "content.released-has-post": lambda: SlotFactory(state=SlotState.RELEASED),
    "content.released-has-delivery": lambda: PostFactory(state=PostState.SCHEDULED, released_at=clock.now() - LONG_AGO),
    "content.sent-was-sent": sent_unsent,
    "content.slots-settle": lambda: SlotFactory(state=SlotState.PLANNED, **past()),
    "moderation.strike-was-decided": undone,
    "moderation.decision-has-strike": DecisionFactory,
    "moderation.appeal-frees": upheld,
}


def by_key(key: str) -> Invariant:
    """The invariant of a key."""
    return next(one for one in invariants.registered() if one.key == key)


def test_every_invariant_has_a_way_to_break_it() -> None:
    """And no two share a key; nothing is broken where there is nothing."""
    assert [one.key for one in invariants.registered()] == list(BREAKS)
    assert [one.invariant.key for one in doctor.examine(at=clock.now(), thorough=True) if not one.holds] == []


@pytest.mark.parametrize("key", BREAKS)
def test_a_broken_promise_is_named(key: str) -> None:
    """The row, by its table and number."""
    broken = BREAKS[key]()
    found = by_key(key).broken(Look(clock.now(), thorough=True))
    assert found.count == 1
    if isinstance(broken, Model) and not isinstance(broken, AuditEntry):
        assert str(broken.pk) in found.rows[0]


def test_the_alarm_opens_and_closes_by_itself() -> None:
    """One open alarm an invariant, however often it is looked at; the heartbeat remembers."""
    made = DeliveryFactory(state=S.SENT)
    doctor.examine(at=clock.now())
    doctor.examine(at=clock.now())
    alarm = Alarm.objects.get(key="doctor:messaging.sent-has-receipt", closed_at=None)
    assert alarm.severity == "critical"
    assert "messaging.sent-has-receipt" in alarm.text
    assert Heartbeat.objects.get(name="doctor").detail["broken"] == {"messaging.sent-has-receipt": 1}
    Receipt.objects.create(delivery=made, remote_id="1", at=clock.now())
    doctor.examine(at=clock.now())
    assert not Alarm.objects.filter(key__startswith="doctor:", closed_at=None).exists()


def test_a_late_queue_with_its_alarm_is_no_breach() -> None:
    """It is wrong only when nobody was told."""
    DeliveryFactory(state=S.DUE, **past())
    watching.watch(at=clock.now())
    assert doctor.examine(at=clock.now())
    assert not Alarm.objects.filter(key="doctor:messaging.late-is-told", closed_at=None).exists()


def test_a_look_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are looked at all the same."""

    def breaks(look: Look) -> invariants.Found:
        raise ZeroDivisionError

    two = [Invariant("test.broken", "x", breaks), by_key("record.triggers")]
    monkeypatch.setattr(invariants, "registered", lambda: two)
    found = doctor.examine(at=clock.now())
    assert [one.holds for one in found] == [False, True]
    assert "ZeroDivisionError" in found[0].error


def test_the_command_names_rows_and_has_an_exit_code() -> None:
    """Lines for people, JSON for programs."""
    for _n in range(invariants.NAMED + 3):
        made = DeliveryFactory(state=S.SENT)
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("doctor", stdout=out)
    assert "and 3 more" in out.getvalue()
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", json=True, stdout=out)
    told = {one["key"]: one for one in json.loads(out.getvalue())}
    assert told["messaging.sent-has-receipt"]["count"] == invariants.NAMED + 3
    Delivery.objects.filter(state=S.SENT).update(state=S.CANCELLED)
    call_command("doctor", stdout=out)
    assert made.pk


def test_the_reference_is_drawn_from_the_registry() -> None:
    """manage.py doctor --reference > docs/reference/doctor.md"""
    out = io.StringIO()
    call_command("doctor", reference=True, stdout=out)
    assert (settings.BASE_DIR / "docs/reference/doctor.md").read_text() == out.getvalue()
