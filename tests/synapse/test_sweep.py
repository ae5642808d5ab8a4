"""The sweep on a real homeserver: two silent ones are asked privately, one speaks and stays, the other is removed after a review."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groupops.inbound import tasks as inbound_tasks
from groupops.messaging import tasks as messaging_tasks
from members import tasks
from members.models import Membership, SweepCase
from tests.factories import accounts
from tests.factories.sweep import heard, ruled
from tests.synapse.homeserver import Account, Homeserver
from tests.synapse.test_first_post import Room
from tests.synapse.test_first_post import room as room  # the fixture

pytestmark = [pytest.mark.synapse, pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DAY = timedelta(days=1)


def hear() -> None:
    """What beat rings for to listen."""
    inbound_tasks.fetch()
    inbound_tasks.process()


def beat(days: int = 0) -> None:
    """What beat rings for, so many days from now."""
    with time_machine.travel(timezone.now() + days * DAY, tick=True):
        hear()
        tasks.sweep()
        messaging_tasks.deliver()


def states() -> dict[str, str]:
    """Where each case is, by account."""
    return {case.membership.person.remote_id: case.state for case in SweepCase.objects.select_related("membership__person")}


def question_to(room: Room, user: Account) -> str:
    """What somebody finds in the room of two that they were invited to."""
    [private] = room.foreign.invitations(user)
    room.foreign.must(user, lambda client: client.join(private))
    [text] = room.foreign.texts(user, private)
    return text


def test_asked_one_answers_another_is_removed(room: Room, homeserver: Homeserver) -> None:
    group, now = room.binding.group, timezone.now()
    song, li = homeserver.create_user("sweep-song"), homeserver.create_user("sweep-li")
    for user in (song, li):
        room.foreign.must(user, lambda client: client.join(room.room_id))
    hear()
    ruled(heard(group, until=now), mode="remove", weekday=1, hour=0)
    quiet = Membership.objects.filter(person__remote_id__in=[song.user_id, li.user_id])
    quiet.update(joined_at=now - 300 * DAY, last_spoke_at=now - 120 * DAY)

    beat()
    assert states() == {song.user_id: "asked", li.user_id: "asked"}
    assert "/p/keep/" in question_to(room, song)
    assert "/p/keep/" in question_to(room, li)
    room.foreign.say(song, room.room_id, "还在的，请保留")
    beat()
    assert states() == {song.user_id: "replied", li.user_id: "asked"}
    assert room.foreign.members(room.member, room.room_id) >= {song.user_id, li.user_id}

    beat(8)
    case = SweepCase.objects.get(state="in_review")
    operator = Client()
    with time_machine.travel(now + 8 * DAY, tick=True):
        operator.force_login(accounts.operator())  # then: who removes people has just proved who they are
        operator.post(reverse("members:sweep-act"), {"do": f"approve:{case.pk}"})
        messaging_tasks.deliver()
    assert states() == {song.user_id: "replied", li.user_id: "removed"}
    there = room.foreign.members(room.member, room.room_id)
    assert song.user_id in there
    assert li.user_id not in there
    beat()
    gone = Membership.objects.get(person__remote_id=li.user_id)
    assert (gone.left_at is not None, gone.left_how) == (True, "kicked")
