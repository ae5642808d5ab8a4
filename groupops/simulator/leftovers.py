"""What the demo's visitor finds undone: a send that failed, an alarm, a draft, a post that wants approval, and one that leaves soon."""

from datetime import datetime, timedelta

from content import services as content
from content.models import Post
from content.policy import PostKind
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging import delivery
from groupops.simulator import arrivals, judging, sweeping, tended
from groupops.simulator.playing import Play
from groupops.simulator.posting import Stage

OPERATOR, ADMIN, VOLUNTEER = "lin.yun", "zhou.ming", "he.xiaoxi"
LAST = "周末线下小聚"


def left(play: Play) -> bool:
    """Whether they are there: the last of them is."""
    return Post.objects.filter(group__in=_groups(play), title=LAST).exists()


def leave(play: Play, clock: Stage, *, at: datetime) -> None:
    """All but what leaves soon."""
    by = User.objects.get(username=OPERATOR)
    product, tech, vip, startup = found = _groups(play)
    tended.tend(found, by=by, at=at)
    arrivals.look_after(found, by=by, at=at)
    sweeping.seed(play, [tech, product], clock, by=by, second=User.objects.get(username=ADMIN), at=at)
    judging.seed(play, tech, clock, by=by, second=User.objects.get(username=ADMIN), at=at)
    _failed(play, tech, by, clock, at)
    _uncertain(play, startup, by, clock, at)
    tomorrow = at + timedelta(days=1)
    content.create_post(
        group=vip, title="VIP 直播答疑公告", kind=PostKind.ANNOUNCEMENT, due_at=tomorrow, by=User.objects.get(username=VOLUNTEER), at=at,
        body="各位会员：本周直播答疑改到周四晚上八点，主题是“把老客户照顾好”。问题请提前发在群里，优先回答。",
    )  # fmt: skip
    content.create_post(
        group=startup, title="月度复盘征集（草稿）", kind=PostKind.TOPIC, due_at=tomorrow + timedelta(hours=3), by=by, at=at, draft=True,
        body="{{group}}的朋友们，这个月你最想复盘的一件事是什么？三句话就好：做了什么、结果怎样、下次怎么改。",
    )  # fmt: skip


def _failed(play: Play, group: Group, by: User, clock: Stage, at: datetime) -> None:
    """The platform does not accept a text: the delivery fails for good, and waits in the failure inbox."""
    sent = at - timedelta(minutes=40)
    body = "本周资源合集：数据库调优、接口设计、写作三份资料，已经放进群文件。"
    content.create_post(group=group, title="本周资源合集", kind=PostKind.MESSAGE, body=body, due_at=sent, by=by, at=sent)
    play.puppets.fail(name="rejected", operation="send", times=1)
    clock.now = sent
    delivery.run(now=clock)
    clock.now = at


def _uncertain(play: Play, group: Group, by: User, clock: Stage, at: datetime) -> None:
    """The line broke while it was sent, and the platform hides what was sent: nobody but a person can say whether it is there."""
    sent = at - timedelta(minutes=25)
    body = "周末线下小聚：周六下午两点，十二个名额，聊聊怎么找到前一百个用户。想来的回复“小聚”。"
    content.create_post(group=group, title=LAST, kind=PostKind.MESSAGE, body=body, due_at=sent, by=by, at=sent)
    play.puppets.fail(name="does_then_resets", operation="send", times=1)
    play.puppets.mode(readable=False)
    for minutes in (0, 1, 5, 12):
        clock.now = sent + timedelta(minutes=minutes, seconds=5 * bool(minutes))
        delivery.run(now=clock)
        delivery.recover(now=clock)
    play.puppets.mode(readable=True)
    clock.now = at


def soon(user: User, *, at: datetime, due_at: datetime) -> None:
    """The post that a visitor can watch leaving; not a second one while the last still waits."""
    group = Group.objects.get(name="GroupOps 产品用户 1 群")
    title = "一条马上要发出的消息"
    if not Post.objects.filter(group=group, title=title, due_at__gt=at).exists():
        body = "大家好，这是 {{group}} 的演示消息：到点自动发出，只发一次。打开发送台可以看到回执。"
        content.create_post(group=group, title=title, kind=PostKind.MESSAGE, body=body, due_at=due_at, by=user, at=at)


def _groups(play: Play) -> list[Group]:
    found = {group.name: group for group in Group.objects.filter(name__in=[stage.name for stage in play.world.stages])}
    return [found[stage.name] for stage in play.world.stages]
