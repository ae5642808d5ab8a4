"""A rising exchange between few people is one incident with the steps of the seed; nobody gets a strike for it."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from groupops.messaging.models import Binding, Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared.errors import Forbidden
from moderation.models import Case, Exchange, Quarrel, QuarrelSide, QuarrelStep, Strike
from moderation.policy import Offence, RuleState
from moderation.policy.quarrels import Outcome, QuarrelRule, Step, Turned, mentioned, rising
from moderation.quarrels import delivery, queries, services
from moderation.quarrels.today import source
from tests.factories.accounts import operator, viewer
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear
from tests.factories.messaging import BindingFactory
from tests.factories.moderation import QuarrelFactory, QuarrelSideFactory, RuleFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def _row(
    room: Binding, answers: int, *, begin: datetime = NOW, text: str = "你说得不对", tag: str = "m", ever_faster: bool = True
) -> datetime:
    """Alice and Bob reply to each other; the gaps shrink."""
    at = begin
    hear(room, happened(room.remote_id, "bob", "大家怎么看", occurred_at=at, message=f"{tag}0"), at=at)
    for n in range(1, answers + 1):
        at += max(60 - 7 * n, 5) * SECOND if ever_faster else 70 * SECOND
        who = "alice" if n % 2 else "bob"
        raw = {"reply_to": f"{tag}{n - 1}"}
        hear(room, happened(room.remote_id, who, text, occurred_at=at, message=f"{tag}{n}", raw=raw), at=at)
    return at


@pytest.mark.both_databases
def test_a_quarrel_rises_once_an_episode_and_is_never_a_strike() -> None:
    room = BindingFactory()
    last = _row(room, 7)
    assert not Quarrel.objects.exists()
    last = _row(room, 9, begin=NOW + timedelta(hours=2), tag="n")
    row = Quarrel.objects.get()
    assert row.answers == 9, "what goes on belongs to it"
    assert {side.membership.person.remote_id for side in row.sides.all()} == {"alice", "bob"}
    assert [step.step for step in row.steps.order_by("pk")] == list(Step)
    assert not Case.objects.exists()
    assert not Strike.objects.exists()
    [item] = source(operator(), last)
    assert (item.urgent, item.key) == (True, f"quarrel:{row.pk}")
    services.close(quarrel=row, outcome=Outcome.COOLED, by=operator(), at=last)
    _row(room, 4, begin=last + SECOND, tag="o")
    assert Quarrel.objects.count() == 1, "the rest of an episode opens nothing"
    _row(room, 9, begin=last + timedelta(hours=1), tag="p")
    assert Quarrel.objects.count() == 2


def test_hostile_words_of_the_lists_count_twice_and_mentions_are_answers() -> None:
    room = BindingFactory()
    RuleFactory(offence=Offence.ATTACK, certain=False, state=RuleState.LIVE, settings={"words": ["废话"]})
    _row(room, 4, text="你这是废话")
    row = Quarrel.objects.get()
    assert (row.answers, row.hostile) == (4, 4)
    assert Case.objects.filter(state="open").count() == 2, "the rule itself asks people, as always"
    other = BindingFactory()
    hear(other, *(happened(other.remote_id, who, "在", occurred_at=NOW) for who in ("alice", "bob")))
    for n in range(9):
        at, who, whom = NOW + n * (15 - n) * SECOND, *(("alice", "Bob") if n % 2 else ("bob", "Alice"))
        hear(other, happened(other.remote_id, who, f"@{whom} 不是这样的", occurred_at=at), at=at)
    assert Quarrel.objects.filter(group=other.group).exists()


def test_ordinary_talk_is_none() -> None:
    room, crowd = BindingFactory(), BindingFactory()
    _row(room, 14, ever_faster=False)
    for n in range(30):
        raw = {"reply_to": f"c{n - 1}"}
        at = NOW + n * 5 * SECOND
        hear(crowd, happened(crowd.remote_id, f"u{n % 7}", "同意", occurred_at=at, message=f"c{n}", raw=raw), at=at)
    begin = NOW - timedelta(days=3)
    old = [
        happened(crowd.remote_id, f"u{n % 2}", "不对", occurred_at=begin + n * SECOND, message=f"o{n}", raw={"reply_to": f"o{n - 1}"})
        for n in range(20)
    ]
    hear(crowd, *old)  # a history that is brought in
    hear(crowd, happened(crowd.remote_id, "alice", "@alice 自言自语", occurred_at=NOW), at=NOW)
    assert not Quarrel.objects.exists()


def test_the_step_that_speaks_leaves_by_the_outbox_and_is_done_when_said() -> None:
    room, by = BindingFactory(), operator()
    row = QuarrelFactory(group=room.group)
    QuarrelSideFactory(quarrel=row, membership__group=room.group)
    services.assign(quarrel=row, to=by, by=by, at=NOW)
    services.say(quarrel=row, text="大家先冷静一下", by=by, at=NOW)
    with pytest.raises(services.Closed):
        services.say(quarrel=row, text="再说一次", by=by, at=NOW)
    sent = Delivery.objects.get(purpose="quarrel")
    assert (sent.text, delivery.guard(sent, at=NOW)) == ("大家先冷静一下", "")
    sent.state = DeliveryState.SENT
    delivery.settled(sent, at=NOW)
    step = row.steps.get(step=Step.INTERVENE)
    assert (step.done_at, step.done_by) == (NOW, by)
    services.tick(quarrel=row, step=Step.TALK, done=True, by=by, at=NOW)
    [item] = source(by, NOW)
    assert not item.urgent
    assert "2" in str(item.detail)
    services.close(quarrel=row, outcome=Outcome.SETTLED, note="和好了", by=by, at=NOW)
    assert delivery.guard(sent, at=NOW)
    with pytest.raises(services.Closed):
        services.tick(quarrel=row, step=Step.COOL, done=True, by=by, at=NOW)
    assert services.reopen(quarrel=row, by=by, at=NOW).closed_at is None
    with pytest.raises(Forbidden):
        services.close(quarrel=row, outcome=Outcome.SETTLED, by=viewer(), at=NOW)


def test_texts_name_both_sides() -> None:
    row = QuarrelFactory()
    for name in ("小李", "小王"):
        QuarrelSideFactory(quarrel=row, membership__group=row.group, membership__person__name=name)
    texts = queries.texts(queries.quarrel_for(operator(), row.pk))
    assert "小李、小王" in texts[Step.INTERVENE][0][1]
    assert [whom for whom, _text in texts[Step.TALK]] == ["小李", "小王"]


def test_the_step_costs_the_same_for_any_batch_and_nothing_without_answers() -> None:
    costs = []
    for n in (2, 40):
        room = BindingFactory()
        events = [
            happened(room.remote_id, f"u{m % 2}", "不对", message=f"m{m}", occurred_at=NOW + m * SECOND, raw={"reply_to": f"m{m - 1}"})
            for m in range(n)
        ]
        with CaptureQueriesContext(connection) as asked:
            hear(room, *events)
        costs.append(len([one for one in asked if "quarrel" in one["sql"] or "moderation_exchange" in one["sql"]]))
        with CaptureQueriesContext(connection) as asked:
            hear(room, happened(room.remote_id, "u1", "早"))
        assert not [one for one in asked if "moderation_exchange" in one["sql"]]
    assert costs[1] <= costs[0] + 4, "what a new quarrel writes"
    assert services.forget(at=NOW + timedelta(days=2)) == 1 + 39
    assert not Exchange.objects.exists()


@pytest.mark.both_databases
def test_the_database_keeps_its_promises() -> None:
    row = QuarrelFactory()
    side = QuarrelSideFactory(quarrel=row, membership__group=row.group)
    for broken in (
        lambda: QuarrelFactory(group=row.group, began_at=NOW + SECOND),
        lambda: QuarrelSideFactory(quarrel=row, membership=side.membership),
        lambda: QuarrelStep.objects.create(quarrel=row, step=Step.TALK),
        lambda: Quarrel.objects.update(closed_at=NOW),
        lambda: Exchange.objects.create(event_id=1, group=row.group, source=side.membership, target=side.membership, at=NOW),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()
    assert QuarrelSide.objects.count() == 1


TURNS = st.lists(
    st.builds(Turned, st.integers(0, 600).map(lambda n: NOW + n * SECOND), st.integers(1, 5), st.integers(6, 9), st.booleans()), max_size=30
)


@given(TURNS)
@settings(max_examples=50)
def test_one_side_alone_never_quarrels(turns: list[Turned]) -> None:
    assert rising(turns, QuarrelRule(), NOW + 600 * SECOND) is None


def test_names_after_at() -> None:
    assert mentioned("@小李 你好，＠Bob：不对 a@b.c") == ["小李", "Bob", "b.c"]
