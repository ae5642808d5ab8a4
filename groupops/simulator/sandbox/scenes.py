"""Scenes that play by themselves: who does what, and how long after the last. The sentences are what a pipeline should be tried on."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.simulator.sandbox.policy import Deed


def _after(*, seconds: int = 0, minutes: int = 0, hours: int = 0) -> timedelta:
    return timedelta(seconds=seconds, minutes=minutes, hours=hours)


@dataclass(frozen=True)
class Beat:
    """One thing that happens; `who` is a persona's id, empty where only time passes."""

    after: timedelta
    who: str = ""
    deed: Deed = Deed.SAY
    text: str = ""


@dataclass(frozen=True)
class Scene:
    """A scene by its name; `shows` says what to look at."""

    key: str
    label: Promise | str
    shows: Promise | str
    beats: tuple[Beat, ...]


SCENES = (
    Scene(
        "newcomer",
        _("A newcomer introduces themselves"),
        _("Somebody joins, says hello and is greeted."),
        (
            Beat(_after(seconds=10), "song", Deed.JOIN),
            Beat(_after(minutes=1), "song", text="大家好，我是宋书豪，做后端开发三年了，最近在学大模型应用，请多多指教！"),
            Beat(_after(seconds=40), "lin", text="欢迎书豪！群公告里有新人必读，有问题随时问～"),
            Beat(_after(seconds=30), "chen", text="欢迎欢迎 👏"),
        ),
    ),
    Scene(
        "checkin",
        _("Check-in"),
        _("Five members check in within two minutes."),
        (
            Beat(_after(seconds=10), "zhou", text="今日打卡：读完《重构》第三章"),
            Beat(_after(seconds=25), "chen", text="打卡，跑步 5 公里 🏃"),
            Beat(_after(seconds=20), "wu", text="签到"),
            Beat(_after(seconds=30), "he", text="打卡，背单词 50 个"),
            Beat(_after(seconds=15), "xu", text="签到 +1"),
        ),
    ),
    Scene(
        "question",
        _("A question that nobody answers"),
        _("Four and a half hours pass without a reply."),
        (
            Beat(_after(seconds=10), "he", text="请教一下：Celery 任务偶尔会重复执行，大家都是怎么处理的？"),
            Beat(_after(minutes=20), "he", text="有人遇到过吗？"),
            Beat(_after(hours=4, minutes=10)),
        ),
    ),
    Scene(
        "buyer",
        _("Somebody wants to buy"),
        _("A price is asked, and answered by a member."),
        (
            Beat(_after(seconds=10), "gao", text="你们的 VIP 年费现在多少钱？团队 20 个人有优惠吗？"),
            Beat(_after(minutes=2), "zhou", text="我去年买的是 999 一年，团队价可以问问群主"),
            Beat(_after(minutes=1), "gao", text="好的，怎么付款？可以开发票吗"),
        ),
    ),
    Scene(
        "advert",
        _("An advertisement"),
        _("A stranger joins, advertises twice, and is complained about."),
        (
            Beat(_after(seconds=10), "jin", Deed.JOIN),
            Beat(
                _after(minutes=2), "jin", text="【日赚 500】无需经验，手机就能做，名额有限，加微信 vx888666 了解详情 https://example.com/ad"
            ),
            Beat(
                _after(seconds=30),
                "jin",
                text="【日赚 500】无需经验，手机就能做，名额有限，加微信 vx888666 了解详情 https://example.com/ad",
            ),
            Beat(_after(minutes=1), "wu", text="又来发广告的？@管理员 处理一下"),
        ),
    ),
    Scene(
        "quarrel",
        _("A quarrel"),
        _("Two members get angry, a third asks them to stop."),
        (
            Beat(_after(seconds=10), "ma", text="这种架构也敢拿出来说？外行指导内行"),
            Beat(_after(seconds=20), "tang", text="你行你上啊，就会在群里喷"),
            Beat(_after(seconds=12), "ma", text="跟你这种水平没什么好讨论的，滚"),
            Beat(_after(seconds=9), "tang", text="有病吧？脑子进水了"),
            Beat(_after(seconds=35), "lin", text="两位冷静一下，对事不对人，咱们聊技术。"),
        ),
    ),
)
BY_KEY = {scene.key: scene for scene in SCENES}
