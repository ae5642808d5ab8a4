"""Fills the demo: its user, its channel, four groups with rooms, a fortnight of history, a plan, and a post that leaves soon."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.test.utils import override_settings
from django.utils.translation import gettext as _

from content import services as content
from content.models import Post
from content.policy import PostKind
from groupops.accounts import services as accounts
from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.inbound import pipeline
from groupops.inbound import services as inbound
from groupops.messaging import services as messaging
from groupops.messaging.fake_platform.platform import Platform
from groupops.messaging.fake_platform.server import Server
from groupops.messaging.models import Connection
from groupops.shared.state import secret
from groupops.simulator import by_hand, cast, history

USERNAME = "demo"
CHANNEL = "演示平台"
OPENED = timedelta(days=history.DAYS + 31)  # the groups are older than the joins of their past
SOON = timedelta(seconds=90)  # after the seed: long enough to log in, short enough to wait for


def seed(*, at: datetime) -> None:
    """Everything the demo needs that is not there yet, and one post that leaves in a minute or two. Again adds only that post."""
    user = _user(at)
    with _platform() as platform:
        connection = _connection(user, at)
        for stage in cast.STAGES:
            group = Group.objects.filter(name=stage.name).first() or _open(stage, platform, connection, user, at)
            content.adopt_plan(group=group, by=user, at=at)
    _soon(user, at)
    by_hand.seed(user, due_at=at + SOON, at=at)
    content.plan(at=at)
    groups.assess(at=at)


def _user(at: datetime) -> User:
    """The demo's founder; its password is random and lies in the state folder."""
    if token := accounts.first_user_token():
        password = secret(Path(settings.STATE_DIR), "demo.password", size=9)
        return accounts.create_first_user(token=token, username=USERNAME, password=password, name=_("Demo founder"), at=at)
    return User.objects.get(username=USERNAME)


@contextmanager
def _platform() -> Iterator[Platform]:
    """The fake platform for the time of the seed, on the disk that its own process takes over afterwards."""
    server = Server(Platform(Path(settings.STATE_DIR) / "fake-platform"), 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        with override_settings(FAKE_PLATFORM_URL=f"http://127.0.0.1:{server.server_address[1]}"):
            yield server.platform
    finally:
        server.shutdown()
        server.server_close()


def _connection(user: User, at: datetime) -> Connection:
    found = Connection.objects.filter(name=CHANNEL).first()
    return found or messaging.connect(name=CHANNEL, kind="memory", typed={"account": cast.BOT}, by=user, at=at)


def _open(stage: cast.Stage, platform: Platform, connection: Connection, user: User, at: datetime) -> Group:
    """A group with its room, its people and their past."""
    platform.open_room(stage.room, stage.name, {cast.BOT: "运营助手"} | {persona.id: persona.name for persona in cast.people(stage)})
    opened = at - OPENED
    group = groups.create_group(name=stage.name, kind=Kind.objects.get(slug=stage.kind), owner=user, by=user, at=opened)
    group = groups.set_lifecycle(group=group, to=Lifecycle.ACTIVE, by=user, at=opened)
    messaging.bind(group=group, connection=connection, remote_id=stage.room, by=user, at=at)
    inbound.fetch(connection=connection, at=at)  # the joins of this moment come first, their past after them
    inbound.store(connection=connection, events=list(history.events(stage, at=at)), at=at)
    pipeline.drain(connection=connection, at=at)
    return group


def _soon(user: User, at: datetime) -> None:
    """The post that a visitor can watch leaving; not a second one while the last still waits."""
    group = Group.objects.get(name=cast.STAGES[0].name)
    title = "一条马上要发出的消息"
    if not Post.objects.filter(group=group, title=title, due_at__gt=at).exists():
        body = "大家好，这是 {{group}} 的演示消息：到点自动发出，只发一次。打开发送台可以看到回执。"
        content.create_post(group=group, title=title, kind=PostKind.MESSAGE, body=body, due_at=at + SOON, by=user, at=at)
