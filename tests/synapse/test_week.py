"""A week on a moved clock into a room of a real homeserver: the seed's tables and the festival, each line once."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from content import services as content
from content.models import Post
from groupops.inbound import tasks as inbound_tasks
from groupops.messaging.models import Limit
from tests.factories.groups import GroupFactory, KindFactory
from tests.factories.messaging import BindingFactory, ConnectionFactory
from tests.synapse.foreign import Foreign
from tests.synapse.homeserver import Homeserver
from tests.week import moments, said, tick, wanted

pytestmark = [pytest.mark.synapse, pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a_week_of_a_group(homeserver: Homeserver, foreign: Foreign, settings: Any) -> None:
    """Everything the tables want, at its time, once; the member's own client sees the same texts in the same order."""
    settings.ALLOW_PRIVATE_TARGETS = True
    tag = uuid.uuid4().hex[:8]
    bot, member = homeserver.create_user(f"bot-{tag}"), homeserver.create_user(f"member-{tag}")
    room = foreign.open_room(member, bot, name=f"一周 {tag}")
    credentials = {"homeserver": homeserver.base_url, "user": bot.user_id, "token": bot.access_token}
    eve = datetime(2026, 9, 27, 22, tzinfo=ZoneInfo("Asia/Shanghai"))
    group = GroupFactory(name=f"一周 {tag}", kind=KindFactory(slug="tech"), created_at=eve)
    BindingFactory(group=group, connection=ConnectionFactory(adapter="matrix", credentials=credentials), remote_id=room)
    inbound_tasks.fetch()  # the first look begins at the present
    Limit.objects.all().delete()  # this homeserver has none
    with time_machine.travel(eve, tick=False):
        content.plan(at=eve)
    for moment in moments(group.zone):
        tick(moment + timedelta(seconds=1), times=2)
    assert said(group) == wanted()
    sent = list(Post.objects.filter(group=group, state="sent").order_by("sent_at", "pk").values_list("body", flat=True))
    assert foreign.texts(member, room) == sent
