"""Who lives in the demo: groups, and personas with a temper each. All invented."""

from dataclasses import dataclass

BOT = "groupops"  # our account on the fake platform


@dataclass(frozen=True)
class Persona:
    """Somebody on the fake platform; `talk` is how often they speak, relative to the others, 0 for a lurker."""

    id: str
    name: str
    talk: int


@dataclass(frozen=True)
class Stage:
    """A group of the demo: its kind's slug, its room on the fake platform, and how many of the cast are in it."""

    kind: str
    name: str
    room: str
    people: int
    daily: int  # messages on an ordinary day


STAGES = (
    Stage("product", "GroupOps 产品用户 1 群", "product-1", 36, 46),
    Stage("tech", "Python 技术交流群", "tech-1", 44, 70),
    Stage("vip", "VIP 会员群", "vip-1", 14, 22),
    Stage("startup", "独立开发者创业群", "startup-1", 28, 34),
)
_NAMES = [
    "徐文博",
    "何佳琪",
    "李浩然",
    "罗海燕",
    "张明轩",
    "陈雨桐",
    "王子涵",
    "马志强",
    "朱静怡",
    "杨宇航",
    "林晓彤",
    "黄俊杰",
    "周梦瑶",
    "吴天佑",
    "郑思远",
    "孙雅婷",
    "胡一凡",
    "高嘉欣",
    "郭家豪",
    "谢诗涵",
    "宋书豪",
    "唐语嫣",
    "韩立新",
    "冯若曦",
    "董建国",
    "程晓东",
    "曹美玲",
    "袁志远",
    "邓丽华",
    "许晨曦",
    "傅文静",
    "沈俊熙",
    "曾国栋",
    "彭雪莹",
    "吕思琪",
    "苏志明",
    "卢海涛",
    "蒋欣怡",
    "蔡明亮",
    "贾小龙",
    "丁可欣",
    "魏国庆",
    "薛佳宁",
    "叶知秋",
    "阎立本",
    "余小曼",
    "潘志伟",
    "杜若兰",
    "戴维新",
    "夏雨荷",
    "钟子期",
    "汪洋",
    "田甜",
    "任我行",
    "姜文涛",
    "范晓琳",
]
# A few talk much, many a little, some never: as in life.
_TALK = (12, 9, 8, 6, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 0, 1, 0)
CAST = tuple(Persona(f"wx_{number:03d}", name, _TALK[number % len(_TALK)]) for number, name in enumerate(_NAMES))


def people(stage: Stage) -> tuple[Persona, ...]:
    """The personas in a group: each group draws from another place of the cast, so that some are in two."""
    start = STAGES.index(stage) * 9
    return tuple(CAST[(start + number) % len(CAST)] for number in range(stage.people))


def newcomers(stage: Stage) -> tuple[Persona, ...]:
    """Those who are not in the group yet and may come while the demo runs."""
    inside = {persona.id for persona in people(stage)}
    return tuple(persona for persona in CAST if persona.id not in inside)
