"""Replies received: by a reply, a mention, a quotation or an answer; once each, nobody's own, nobody where two bear the name."""

from datetime import timedelta

import pytest

from groupops.messaging.models import Binding
from members.models import DailyActivity
from tests.factories.inbound import NOW, happened, hear
from tests.factories.messaging import BindingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def room() -> Binding:
    """A group bound to a room, in which alice, bob and carol have spoken."""
    binding: Binding = BindingFactory()
    hear(binding, *(happened(binding.remote_id, user, message=f"m-{user}") for user in ("alice", "bob", "carol")))
    return binding


def received() -> dict[str, int]:
    """How many replies each received."""
    rows = DailyActivity.objects.filter(replies__gt=0).values_list("membership__person__remote_id", "replies")
    return dict(rows)


def says(room: Binding, user: str, text: str, **values: object) -> None:
    """A message of a minute later."""
    hear(room, happened(room.remote_id, user, text, occurred_at=NOW + timedelta(minutes=1), **values))


@pytest.mark.parametrize(
    "text",
    [
        "@Alice 说得对",
        "@Alice\u2005说得对",
        "@alice 说得对",
        "Alice: right",
        "「Alice：早上好」\n- - - - - -\n说得对",
        "@Alice @Alice 说得对",
    ],
)
def test_who_is_addressed_or_quoted_has_received_one(room: Binding, text: str) -> None:
    says(room, "bob", text)
    assert received() == {"alice": 1}


def test_a_reply_that_the_platform_tells_of(room: Binding) -> None:
    says(room, "bob", "说得对", raw={"reply_to": "m-alice"})
    says(room, "alice", "自己回复自己", raw={"reply_to": "m-alice"})
    says(room, "carol", "@Alice 也对，@Bob 也对", raw={"reply_to": "m-alice"})
    assert received() == {"alice": 2, "bob": 1}


def test_an_answer_to_a_question(room: Binding) -> None:
    says(room, "alice", "请问导出的报表打不开怎么办？")
    hear(room, happened(room.remote_id, "bob", "换成新版本就可以打开了", occurred_at=NOW + timedelta(minutes=3)))
    assert received() == {"alice": 1}


def test_nobody_where_two_bear_the_name_or_none_does(room: Binding) -> None:
    says(room, "alice2", "大家好", user_name="Alice")
    says(room, "bob", "@Alice 说得对 @所有人 12:30 开会")
    assert received() == {}


def test_a_batch_counts_like_one_message_at_a_time(room: Binding) -> None:
    hear(
        room, *(happened(room.remote_id, user, "@Carol 谢谢", occurred_at=NOW + timedelta(minutes=2)) for user in ("alice", "bob", "alice"))
    )
    assert received() == {"carol": 3}
