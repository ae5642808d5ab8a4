"""Where the demo's members come from: a code that leads to two groups, and a campaign with some invitations."""

from datetime import datetime, timedelta

from groupops.accounts.models import User
from groupops.groups.models import Group
from members.invitations import services as invitations
from members.inviting import TEMPLATE, CampaignState
from members.joining import services as joining
from members.models import Campaign, JoinCode, Membership, Source
from members.sources import services as noted

CODE, CAMPAIGN = "demo", "种子用户第一批"
NEWEST = 40  # members whose source is noted
GUESTS = (("周宁", "上次聊过部署方案"), ("王可", "前同事"), ("李想", ""), ("赵敏", "在技术聚会上认识"))


def seed(founder: User, names: list[str], *, at: datetime) -> None:
    """What is not there yet; again: nothing."""
    groups = list(Group.objects.filter(name__in=names).order_by("pk")[:2])
    sources = list(Source.objects.filter(archived=False).order_by("position", "pk"))
    if not groups or not sources or JoinCode.objects.filter(code=CODE).exists() or Campaign.objects.filter(name=CAMPAIGN).exists():
        return
    joining.create_code(code=CODE, groups=groups, name="公众号文章", source=sources[4 % len(sources)], pitch="", by=founder, at=at)
    values = {
        "name": CAMPAIGN, "sort": "personal", "source": sources[0], "reason": "群里都是一线的同行，有问题当天有人答", "template": TEMPLATE,
        "gate": "none", "gate_text": "", "event_name": "", "event_at": None, "benefit": "每月一次闭门分享", "seats": 30,
        "starts_at": None, "ends_at": at + timedelta(days=30),
    }  # fmt: skip
    campaign = invitations.save_campaign(campaign=None, version=0, groups=groups, values=values, by=founder, at=at)
    invitations.move_campaign(campaign=campaign, to=CampaignState.RUNNING, by=founder, at=at)
    made, _known = invitations.invite(campaign=campaign, people=GUESTS, inviter=None, by=founder, at=at)
    invitations.sent(pks=[row.pk for row in made[:2]], by=founder, at=at)
    newest = list(Membership.objects.filter(group__in=groups, source=None).order_by("-joined_at", "-pk")[:NEWEST])
    for n, source in enumerate(sources):
        noted.came_from(pks=[row.pk for row in newest[n :: len(sources)]], source=source, by=founder, at=at)
