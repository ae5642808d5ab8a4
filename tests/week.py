"""A week on a moved clock: the ticks of beat at chosen moments, and what the seed's tables want said in it, written down by hand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine

from content import tasks as content_tasks
from content.models import Post
from groupops.groups.models import Group
from groupops.messaging import tasks as messaging_tasks

# Seed: 内容发布时间表.
WORKDAY = (("09:00", "早安问候 + 日程安排"), ("12:00", "技术资讯 + 午休话题"), ("18:00", "下班话题 + 轻松内容"), ("21:00", "深度技术讨论"))
WEEKEND = (("10:00", "学习资源分享"), ("15:00", "项目经验分享"), ("20:00", "生活工作平衡话题"))
GREETING = ("09:00", "节日问候和祝福")
# The week of the National Day of 2026, as the State Council published it: rest from 1 October on, the first is the festival.
FIRST = date(2026, 9, 28)
DAYS = {
    date(2026, 9, 28): WORKDAY,
    date(2026, 9, 29): WORKDAY,
    date(2026, 9, 30): WORKDAY,
    date(2026, 10, 1): (GREETING, *WEEKEND),
    date(2026, 10, 2): WEEKEND,
    date(2026, 10, 3): WEEKEND,
    date(2026, 10, 4): WEEKEND,
}
STEP = timedelta(minutes=30)
DAY = timedelta(days=1)


def wanted(*, silent: str = "") -> list[tuple[str, str]]:
    """(local day and time, title) of everything a group says in the week, but for one switched-off title."""
    return [(f"{day} {clock}", title) for day, lines in DAYS.items() for clock, title in lines if title != silent]


def said(group: Group) -> list[tuple[str, str]]:
    """The same of what was sent in the week, by the wall clock of the group, in the order of time; the time is that of the receipt."""
    zone = ZoneInfo(group.zone)
    posts = Post.objects.filter(group=group, state="sent").order_by("sent_at", "pk")
    sent = [(post.sent_at.astimezone(zone), post.title) for post in posts if post.sent_at]
    return [(f"{at:%Y-%m-%d %H:%M}", title) for at, title in sent if at.date() in DAYS]


def moments(*zones: str, first: date = FIRST, days: int = len(DAYS)) -> Iterator[datetime]:
    """Every step from the first midnight of any of the zones to the last."""
    starts = [datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)) for zone in zones]
    moment, end = min(starts), max(starts) + timedelta(days=days)
    while moment < end:
        yield moment
        moment += STEP


def tick(moment: datetime, *, times: int = 1) -> None:
    """What beat wakes up, with the doors' clock at `moment`; several times is several beats."""
    with time_machine.travel(moment, tick=False):
        for _beat in range(times):
            content_tasks.plan()
            content_tasks.release()
            messaging_tasks.deliver()
