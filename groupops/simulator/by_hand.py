"""The demo's WeChat groups: no platform reaches them, so what they get waits on the send desk for the visitor's own hands."""

from datetime import datetime

from content import services as content
from content.models import Post
from content.policy import PostKind
from groupops.accounts.models import User
from groupops.groups import services as groups
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.messaging import services as messaging
from groupops.messaging.models import Connection

CHANNEL = "运营微信"
GROUPS = ("AI 学习交流群", "周末徒步群", "产品经理互助群")
KIND = "tech"
TITLE = "发给三个微信群的一条消息"
BODY = "各位好，本周的分享会改到周四晚上八点，主题是“如何做好一次复盘”。想来的朋友回复 1，名额 30 位。"


def seed(user: User, *, due_at: datetime, at: datetime) -> None:
    """The channel, its groups, and one text for all of them; again adds only what is missing."""
    connection = Connection.objects.filter(name=CHANNEL).first()
    connection = connection or messaging.connect(
        name=CHANNEL, kind="assisted", typed={"account": "运营手机（微信）", "longest": ""}, by=user, at=at
    )
    for name in GROUPS:
        group = Group.objects.filter(name=name).first() or _open(name, connection, user, at)
        if not Post.objects.filter(group=group, title=TITLE).exists():
            content.create_post(group=group, title=TITLE, kind=PostKind.MESSAGE, body=BODY, due_at=due_at, by=user, at=at)


def _open(name: str, connection: Connection, user: User, at: datetime) -> Group:
    group = groups.create_group(name=name, kind=Kind.objects.get(slug=KIND), owner=user, by=user, at=at)
    group = groups.set_lifecycle(group=group, to=Lifecycle.ACTIVE, by=user, at=at)
    messaging.bind(group=group, connection=connection, remote_id=name, by=user, at=at)
    return group
