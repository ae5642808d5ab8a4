"""What the chat says of newcomers: the first message, the introduction, the answer; in whatever order and batches it arrives."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupops.messaging.models import Binding
from members.arriving import introduces
from members.models import Newcomer
from tests.factories.groups import NOW
from tests.factories.inbound import happened, hear, joined
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room() -> Binding:
    """A group in which Song has just joined."""
    found = BindingFactory()
    hear(found, happened(found.remote_id, "lin", occurred_at=NOW - MINUTE), joined(found.remote_id, "song", user_name="宋书豪"))
    return found


def say(room: Binding, who: str, text: str, minutes: float, **values: Any) -> None:
    """Somebody says something so many minutes after the join."""
    name = {"song": "宋书豪", "lin": "林晓"}[who]
    hear(room, happened(room.remote_id, who, text, occurred_at=NOW + minutes * MINUTE, user_name=name, **values))


def song() -> Newcomer:
    """As kept now."""
    return Newcomer.objects.select_related("answered_member__person").get()


def test_introduced_and_answered(room: Binding) -> None:
    say(room, "song", "大家好，我是宋书豪，做后端的", 2)
    row = song()
    assert (row.first_spoke_at, row.introduced_at, row.answered_at) == (NOW + 2 * MINUTE, NOW + 2 * MINUTE, None)
    assert row.answer_due_at == NOW + 2 * MINUTE + timedelta(hours=4)
    say(room, "lin", "欢迎！", 3)
    row = song()
    assert (row.answered_at, row.answered_how) == (NOW + 3 * MINUTE, "followed")
    assert row.answered_member is not None
    assert row.answered_member.person.name == "林晓"


def test_a_reply_and_a_mention_count_for_days_what_follows_only_for_minutes(room: Binding) -> None:
    say(room, "song", "早", 2)
    say(room, "lin", "今天的构建又挂了，谁看一下日志吧", 30)
    assert song().answered_at is None
    say(room, "lin", "@宋书豪 早呀", 600)
    assert song().answered_how == "mention"


def test_ones_own_words_are_no_answer(room: Binding) -> None:
    say(room, "song", "早", 2)
    say(room, "song", "有人在吗，我来自我介绍一下", 3)
    row = song()
    assert (row.answered_at, row.introduced_at) == (None, NOW + 3 * MINUTE)


def test_an_earlier_message_that_arrives_late_is_the_first(room: Binding) -> None:
    say(room, "song", "在吗", 9)
    say(room, "song", "早", 2)
    assert song().first_spoke_at == NOW + 2 * MINUTE


def test_due_in_waking_time(room: Binding) -> None:
    say(room, "song", "晚上好", 9 * 60 + 30)  # half past nine in the evening in Shanghai
    assert song().answer_due_at == NOW + timedelta(hours=23, minutes=30), "half an hour today, the rest from eight tomorrow"


@given(texts=st.permutations([("song", "大家好，我是宋书豪", 2.0), ("lin", "欢迎欢迎", 3.0), ("song", "谢谢", 4.0)]))
def test_a_batch_ends_the_same_in_any_order(texts: list[tuple[str, str, float]]) -> None:
    """Pure: the order of arrival inside a batch does not matter."""
    from groupops.groups.policy import Coverage
    from members.arriving import OnboardingRule
    from members.newcomers.hearing import Fresh, Hall, Heard

    fresh = Fresh(1, 7, 11, "宋书豪", "song", NOW, None, None, "", None, None, None, "", None)
    hall = Hall({7: "Asia/Shanghai"}, {7: Coverage()}, {7: OnboardingRule()}, [fresh])
    who = {"song": 11, "lin": 12}
    hall.hear(Heard(n, 7, who[name], text, NOW + minutes * MINUTE) for n, (name, text, minutes) in enumerate(texts))
    assert (fresh.first_spoke_at, fresh.introduced_at, fresh.answered_at, fresh.answered_member_id) == (
        NOW + 2 * MINUTE,
        NOW + 2 * MINUTE,
        NOW + 3 * MINUTE,
        12,
    )


def test_words_of_introduction() -> None:
    assert introduces("我叫小王", first=False, signs=30)
    assert introduces("哈" * 30, first=True, signs=30)
    assert not introduces("哈" * 30, first=False, signs=30)
    assert not introduces("大家好！", first=True, signs=30)
