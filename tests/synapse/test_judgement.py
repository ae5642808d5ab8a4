"""The ladders on a real homeserver: an advertiser is warned, muted, given his voice back by an appeal, muted again and removed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groupops.inbound import tasks as inbound_tasks
from groupops.messaging import tasks as messaging_tasks
from groupops.messaging.adapter import Operation
from groupops.messaging.models import Delivery
from members.models import Membership
from moderation import tasks
from moderation.models import Appeal, Case, Strike
from moderation.policy import CaseState, Offence
from tests.factories import accounts
from tests.factories.moderation import ADVERT, RuleFactory
from tests.synapse.homeserver import Account, Homeserver
from tests.synapse.test_first_post import Room
from tests.synapse.test_first_post import room as room  # the fixture

pytestmark = [pytest.mark.synapse, pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
NOISE = "砍一刀砍一刀"


def beat(hours: float) -> None:
    """What beat rings for, twice over, so many hours from now."""
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True):
        for _twice in range(2):
            inbound_tasks.fetch()
            inbound_tasks.process()
            tasks.read_replies()
            messaging_tasks.deliver()


def told(room: Room, user: Account) -> list[str]:
    """What somebody finds in the room of two, oldest first."""
    for invited in room.foreign.invitations(user):
        room.foreign.must(user, lambda client, invited=invited: client.join(invited))
    return [text for text in room.foreign.texts(user, private(room, user)) if not text.startswith("申诉：")]


def private(room: Room, user: Account) -> str:
    """The room of two that they joined."""
    [found] = [one for one in room.foreign.must(user, lambda client: client.joined_rooms()).rooms if one != room.room_id]
    return str(found)


def post(who: str, name: str, hours: float, *args: Any, **data: Any) -> str:
    """A colleague presses a button, so many hours from now; what the page says."""
    client = Client()
    client.force_login(accounts.UserFactory(role="operator", name=who))
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=True):
        return client.post(reverse(name, args=args), data, follow=True).content.decode()


def test_two_ladders_each_act_once_and_a_voice_given_back(room: Room, homeserver: Homeserver) -> None:
    RuleFactory()
    RuleFactory(offence=Offence.NOISE, settings={"words": ["砍一刀"]})
    song, li = homeserver.create_user("judged-song"), homeserver.create_user("judged-li")
    for user in (song, li):
        room.foreign.must(user, lambda client: client.join(room.room_id))
    beat(0)

    def says(user: Account, text: str, hours: float) -> str:
        said = room.foreign.say(user, room.room_id, text)
        beat(hours)
        return said

    first = says(song, ADVERT, 0)
    assert room.foreign.text_of(room.member, room.room_id, first) is None
    says(song, ADVERT, 25)
    muted = room.foreign.do(song, lambda client: client.room_send(room.room_id, "m.room.message", {"msgtype": "m.text", "body": "在吗"}))
    assert type(muted).__name__ == "RoomSendError"
    assert "/p/appeal/" in told(room, song)[-1]
    room.foreign.say(song, private(room, song), "申诉：那是我写的文章")
    beat(26)
    assert "申诉已收到" in told(room, song)[-1]
    post("小周", "moderation:appeal-decide", 26, Appeal.objects.get().pk, do="uphold")
    beat(26)
    assert Strike.objects.exclude(overruled_at=None).count() == 1
    room.foreign.say(song, room.room_id, "谢谢")

    says(song, ADVERT, 50)  # the second step again: the overruled strike does not count
    assert Delivery.objects.filter(operation=Operation.MUTE, state="sent").count() == 2
    beat(75)  # the mute ends by itself
    says(song, ADVERT, 76)
    for hours in (0, 25, 50):
        says(li, NOISE, hours + 77)
    for case in Case.objects.filter(state=CaseState.OPEN).order_by("pk"):
        do = f"punish:{case.pk}:{case.version}"
        post("林晓", "moderation:act", 130, do=do)
        assert "林晓" in post("小周", "moderation:act", 130, do=do.replace("punish", "clean"))
    beat(131)
    there = room.foreign.members(room.member, room.room_id)
    assert not {song.user_id, li.user_id} & there
    assert Membership.objects.filter(person__remote_id__in=[song.user_id, li.user_id], left_how="kicked").count() == 2
    said = [text for text in room.texts() if text not in (ADVERT, NOISE)]
    assert len(said) == 2, said  # his thanks, and one reminder
    for user, words in ((song, 6), (li, 2)):
        texts = told(room, user)
        assert len(texts) == words, texts
        assert not any("日赚" in text or "砍" in text for text in texts)
