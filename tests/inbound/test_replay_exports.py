"""`manage.py replay` of another program's chat export: members, joins and messages come out, once."""

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from groupops.inbound.models import StoredEvent
from groupops.messaging.models import Binding
from members.models import Membership
from tests.factories.messaging import BindingFactory
from tests.inbound.test_replay_command import effects, everything, replay
from tests.shared_data import shared

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def room() -> Binding:
    """A group bound to a room."""
    binding: Binding = BindingFactory()
    return binding


def test_an_export_becomes_members_and_messages(room: Binding) -> None:
    said = replay(room, shared("data", "chat-exports", "chatlab_v0.0.2.json"))
    assert "5 events; 5 new (4 messages)" in said
    stays = Membership.objects.filter(group=room.group).values_list("person__remote_id", "person__name", "join_seen")
    assert set(stays) == {("wxid_owner01", "张三", False), ("wxid_lisi02", "李四", True), ("wxid_wangwu03", "王五", False)}
    assert StoredEvent.objects.get(kind="member.joined").remote_user == "wxid_lisi02"


def test_again_changes_nothing_and_another_format_of_the_same_chat_is_the_same(room: Binding) -> None:
    replay(room, shared("data", "chat-exports", "chatlog_api_v1_chatlog.json"))
    before = everything()
    assert "0 new" in replay(room, shared("data", "chat-exports", "chatlog_api_v1_chatlog.json"))
    assert everything() == before
    known = effects(room)
    assert "0 new" in replay(room, shared("data", "chat-exports", "wechatmsg_memotrace.csv"))
    assert effects(room) == known


def test_names_stand_for_people_where_a_file_has_no_ids(room: Binding) -> None:
    replay(room, shared("data", "chat-exports", "whatsapp_android_zh.txt"))
    assert set(Membership.objects.filter(group=room.group).values_list("person__remote_id", flat=True)) == {
        "name:张三",
        "name:李四",
        "name:王五",
    }


def test_the_day_is_asked_for_and_taken(room: Binding) -> None:
    path = shared("data", "chat-exports", "chatlog_api_v1_chatlog.txt")
    with pytest.raises(CommandError, match="only times"):
        replay(room, path)
    assert "5 new" in replay(room, path, day="2026-11-20")


def test_a_bad_export_stores_nothing(room: Binding, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"chatlab": {}, "members": [], "messages": [{"sender": "a", "timestamp": 1795136405}, {"sender": "b"}]}')
    before = everything()
    with pytest.raises(CommandError, match=r"message 2: .*Nothing was stored"):
        replay(room, path)
    assert everything() == before
