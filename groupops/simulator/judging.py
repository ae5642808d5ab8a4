"""The demo's violations: the shipped rules look at one group, some cases are decided, one is appealed against, some wait."""

from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.inbound.models import StoredEvent
from groupops.messaging import delivery
from groupops.simulator.playing import Play
from groupops.simulator.posting import Stage
from members.models import Colleague, Membership
from moderation import services as moderation
from moderation.models import Case, Rule, Strike
from moderation.policy import OPEN, Offence, Verdict
from moderation.services import reporting, ruling

HOUR = timedelta(hours=1)
SPEAKERS = 8
ADVERT = "兼职打字员招人，日结三百，当天提现，有意加微信 jz{n}66aa"
# Hours ago, which of the speakers, what they say. The first climbs the ladder: a mute of a day lies between the second time and the third.
SAID = [
    (74, 0, ADVERT.format(n=1)),
    (50, 0, ADVERT.format(n=2)),
    (30, 1, "我们公司招聘后端工程师，15-25k，双休，简历发我邮箱就行"),
    (22, 2, "一对一简历修改服务，199 元一次，名额有限，需要的私聊下单"),
    (20, 0, ADVERT.format(n=3)),
    (4, 3, "公司招聘前端实习生，可转正，base 杭州，感兴趣私聊我"),
    (3, 4, "接单做小程序，价格 800 元起，付费咨询也可以，扫码下单"),
    (2, 5, "有人要合作吗，项目不错，感兴趣的私聊"),
    (1, 6, "就你懂，你行你上啊，菜成这样还好意思教别人"),
]
QUARREL = SAID[-1][2]


def seed(play: Play, group: Group, clock: Stage, *, by: User, second: User, at: datetime) -> None:
    """Some days of it, each message at its time through the room and the pipeline."""
    ruling.install_shipped(group=group, by=by, at=at - 80 * HOUR)
    contacts = Rule.objects.get(group=group, sort="contact")
    ruling.save_rule(rule=contacts, values={"certain": True, "explanation": "群里不发广告和个人联系方式"}, by=by, at=at - 79 * HOUR)
    there = Membership.objects.filter(group=group, left_at=None, same_as=None, last_spoke_at__isnull=False, joined_at__lt=at - 90 * HOUR)
    ours = Colleague.objects.values("person")
    people = list(there.exclude(person__in=ours).select_related("person", "group").order_by("-joined_at", "pk")[:SPEAKERS])
    if len(people) < SPEAKERS:  # a small community
        return
    for ago, who, text in SAID:
        clock.now = at - ago * HOUR
        play.puppets.act(group.binding.remote_id, "say", user=people[who].person.remote_id, text=text)
        play.take_in(clock.now)
        _leave(clock)
    _judge(group, clock, by=by, second=second, at=at)
    insult = StoredEvent.objects.filter(group=group, text=QUARREL).order_by("-pk").first()
    if insult is not None:
        reporting.report(reporter=people[7], event_id=insult.pk, offence=Offence.ATTACK, at=at - HOUR / 2)
    clock.now = at


def _judge(group: Group, clock: Stage, *, by: User, second: User, at: datetime) -> None:
    """The older ones are decided: a reminder, and a violation that its author appeals against."""
    waiting = Case.objects.filter(group=group, state__in=OPEN)
    for offence, verdict, who in ((Offence.JOB, Verdict.REMIND, second), (Offence.PAID, Verdict.PUNISH, by)):
        clock.now = at - 18 * HOUR
        if (case := waiting.filter(offence=offence, opened_at__lt=clock.now).first()) is not None:
            moderation.decide(case=case, verdict=verdict, by=who, at=clock.now)
    clock.now += timedelta(minutes=2)
    _leave(clock)
    if (strike := Strike.objects.filter(group=group, offence=Offence.PAID, appeal=None).first()) is not None:
        text = "我是在回答别人的问题，价格是他问我才说的，不是来打广告的，请再看一下。"
        moderation.appeal(strike=strike, text=text, at=at - 6 * HOUR)


def _leave(clock: Stage) -> None:
    """What is decided leaves."""
    delivery.run(now=clock)
