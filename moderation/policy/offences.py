"""What members must not do, and which ladder it climbs (seed: 群规则制定, 问题用户处理)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Offence(TextChoices):
    """What somebody did against the group's rules."""

    ADVERT = "advert", _("Advertising or flooding")
    PYRAMID = "pyramid", _("Micro-business or pyramid selling")
    POLITICS = "politics", _("Politics or improper content")
    ATTACK = "attack", _("Personal attack")
    QUARREL = "quarrel", _("Malicious quarrel")
    NOISE = "noise", _("Many unrelated stickers or pictures")
    JOB = "job", _("Job post without its label")
    PROMOTION = "promotion", _("Promotion without approval")
    PAID = "paid", _("Paid service without its label")
    OFF_TOPIC = "off_topic", _("Off topic")
    CODE = "code", _("Code without a block")
    ARTICLE = "article", _("Article without a word of introduction")
    COOPERATION = "cooperation", _("Cooperation without detail")
    BARRED = "barred", _("Came though on the blacklist")


class Ladder(TextChoices):
    """A row of steps that repeated offences climb."""

    DEFAULT = "default", _("Default ladder")
    ADVERT = "advert", _("Advertising ladder")
    QUARREL = "quarrel", _("Quarrel ladder")
    OFF_TOPIC = "off_topic", _("Off-topic ladder")
    GENTLE = "gentle", _("Gentle reminder")
    BARRED = "barred", _("Blacklist")


class Severity(TextChoices):
    """How much an offence counts."""

    NORMAL = "normal", _("Normal")
    SEVERE = "severe", _("Severe: counts twice")


O = Offence  # noqa: E741
# Seed, 专业群规扩展: said kindly, never counted.
GENTLE = frozenset({O.CODE, O.ARTICLE, O.COOPERATION})
# Of these nobody gets a strike: what they did before has one already.
UNCOUNTED = GENTLE | {O.BARRED}
# Whether it was abuse is for people to say: a machine never strikes for these.
TO_PEOPLE = frozenset({O.POLITICS, O.ATTACK, O.QUARREL})
_OWN = {
    O.ADVERT: Ladder.ADVERT,
    O.ATTACK: Ladder.QUARREL,
    O.QUARREL: Ladder.QUARREL,
    O.OFF_TOPIC: Ladder.OFF_TOPIC,
    O.BARRED: Ladder.BARRED,
}
# In texts to members, whose groups are Chinese. Never the words that were found.
SAID: dict[str, str] = {
    O.ADVERT: "发送广告、推销或刷屏信息",
    O.PYRAMID: "发送微商或传销信息",
    O.POLITICS: "讨论政治敏感或不当内容",
    O.ATTACK: "人身攻击",
    O.QUARREL: "恶意争论",
    O.NOISE: "发送大量无关的表情包或图片",
    O.JOB: "发布求职招聘时不标明[招聘]或[求职]",
    O.PROMOTION: "未提前申请就推广产品",
    O.PAID: "发布收费服务时不明确标识",
    O.OFF_TOPIC: "发送与本群话题无关的内容",
    O.CODE: "贴代码时不用代码块格式",
    O.ARTICLE: "分享文章时不说明核心内容",
    O.COOPERATION: "发布合作项目时不详细说明",
    O.BARRED: "在限制入群期间再次入群",
}


def ladder_of(offence: Offence) -> Ladder:
    """The ladder that an offence climbs; offences of one ladder count together."""
    return Ladder.GENTLE if offence in GENTLE else _OWN.get(offence, Ladder.DEFAULT)


def weight_of(offence: Offence, severity: Severity) -> int:
    """How many steps an offence climbs; 0: it is never counted."""
    if offence in UNCOUNTED:
        return 0
    return 2 if severity == Severity.SEVERE else 1
