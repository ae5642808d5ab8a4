"""A newcomer on a real homeserver: joins, is welcomed once, stands on the board, is answered; who comes back is not welcomed again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groupops.groups.models import RuleSet
from groupops.inbound import tasks as inbound_tasks
from groupops.messaging import tasks as messaging_tasks
from members import tasks
from members.models import Newcomer, Welcome
from tests.factories import accounts
from tests.synapse.homeserver import Homeserver
from tests.synapse.test_first_post import Room
from tests.synapse.test_first_post import room as room  # the fixture

pytestmark = [pytest.mark.synapse, pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def hear() -> None:
    """What beat wakes up to listen."""
    inbound_tasks.fetch()
    inbound_tasks.process()


def tick(minutes: int) -> None:
    """What beat wakes up to speak, three times over, so many minutes from now."""
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
        for _repeat in range(3):
            tasks.welcome()
            tasks.follow_up()
            messaging_tasks.deliver()


def test_joins_welcomed_once_on_the_board_answered(room: Room, homeserver: Homeserver) -> None:
    RuleSet.objects.create(group=room.binding.group, version=1, text="群规", at=timezone.now())
    song = homeserver.create_user("song")

    def come_and_go(what: str) -> None:
        def work(client: Any) -> Any:
            return getattr(client, f"room_{what}")(room.room_id) if what == "leave" else client.join(room.room_id)

        room.foreign.must(song, work)
        hear()

    come_and_go("join")
    tick(1)
    assert room.texts() == [], "others may join yet"
    tick(6)
    [text] = room.texts()
    assert text.startswith("欢迎 @")
    assert "/p/rules/" in text
    assert Welcome.objects.get().state == "said"

    room.foreign.say(song, room.room_id, "大家好，我是宋书豪，做后端开发的")
    room.say("欢迎书豪，有问题随时问")
    hear()
    row = Newcomer.objects.select_related("answered_member__person").get()
    assert row.introduced_at
    assert row.answered_member is not None
    assert row.answered_member.person.remote_id == room.member.user_id

    operator = Client()
    operator.force_login(accounts.operator())
    page = operator.get(reverse("members:newcomers")).content.decode()
    assert f'id="newcomer-{row.pk}"' in page
    room.foreign.say(song, room.room_id, "已阅读群规")
    hear()
    assert row.membership.acknowledgements.get().how == "chat"

    come_and_go("leave")
    come_and_go("join")
    tick(30)
    assert len([said for said in room.texts() if said.startswith("欢迎 @")]) == 1
