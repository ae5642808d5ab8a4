"""What counts for newcomers: the welcome (入群欢迎语) and what follows it, by kind and group; seed: 新成员欢迎流程. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy import ValueRefused, setting
from groupops.shared import placeholders
from groupops.shared.errors import Refused

LONGEST = 1200  # characters of the message
NAME_WIDTH = 40  # of a name in the message: a nickname is no place for an advert
KNOWN = ("names", "group", "rules", "highlights", "tools", "owner")
OWNER = "群主"  # who is addressed where a group has no owner
# Seed: 入群欢迎机制, 自动欢迎消息.
TEXT = """欢迎 {{names}} 加入{{group}}！🎉

请花2分钟了解我们：
📋 群规则：{{rules}}
💡 精华内容：{{highlights}}
🔧 常用工具：{{tools}}
💬 自我介绍：请简单介绍一下自己

有任何问题随时 @{{owner}} 或管理员
期待与大家的交流！"""
HINT = "进群后先看群公告和群规则，改好群昵称，简单介绍一下自己；有问题直接问，先搜一下历史消息更快。"
ON, OFF = True, False


@dataclass(frozen=True)
class WelcomeRule:
    """Policy members.welcome. An empty link leads to the group's own page. Numbers marked ° in the docs are ours."""

    title: ClassVar[Promise] = _("Welcome of newcomers")
    on: bool = setting(ON, _("welcome newcomers"))
    text: str = setting(
        TEXT,
        _("welcome message"),
        lines=True,
        help=_("{{names}}, {{group}}, {{rules}}, {{highlights}}, {{tools}} and {{owner}} are filled in when it leaves."),
    )
    rules_url: str = setting("", _("link to the rules"), help=_("Empty: the page where newcomers confirm that they have read them."))
    highlights_url: str = setting("", _("link to the highlights"), help=_("Empty: the group's own page."))
    tools_url: str = setting("", _("link to the tools"), help=_("Empty: the group's own page."))
    hint: str = setting(HINT, _("join hint"), lines=True, help=_("What people read before they join, and on the group's own page."))
    window_minutes: int = setting(5, _("wait for others who join within"), high=240, unit=_("minutes"), help=_("They share one message."))
    silent_above: int = setting(20, _("say nothing when more join in that time than"), low=1, high=500, unit=_("people"))
    expires_hours: int = setting(12, _("drop a welcome that could not be said within"), low=1, high=72, unit=_("hours"))
    late_minutes: int = setting(60, _("welcome only whom we hear of within"), low=5, high=1440, unit=_("minutes after the join"))

    def __post_init__(self) -> None:
        if not self.text.strip() and self.on:
            raise ValueRefused(_("Write the welcome message, or switch it off."), field="text")
        if len(self.text) > LONGEST:
            raise ValueRefused(_("The welcome message is too long."), field="text")
        for name, known in (("text", KNOWN), ("hint", ("group",))):
            try:
                placeholders.check(getattr(self, name), known, field=name)
            except Refused as refused:
                raise ValueRefused(refused.message, field=name) from None
        for name in ("rules_url", "highlights_url", "tools_url"):
            if (url := getattr(self, name)) and urlsplit(url).scheme not in ("http", "https"):
                raise ValueRefused(_("A link begins with https:// or http://."), field=name)

    @property
    def window(self) -> timedelta:
        """How long a newcomer waits for others."""
        return timedelta(minutes=self.window_minutes)

    @property
    def expires(self) -> timedelta:
        """How long after its time it may still be said."""
        return timedelta(hours=self.expires_hours)

    def is_fresh(self, joined_at: datetime, now: datetime) -> bool:
        """Whether the join is lately by the clock: what a replay or a long outage tells of is too late to welcome."""
        return joined_at >= now - timedelta(minutes=self.late_minutes)


@dataclass(frozen=True)
class OnboardingRule:
    """Policy members.onboarding: what follows the welcome (seed: 人工跟进, 新成员融入策略)."""

    title: ClassVar[Promise] = _("Newcomers")
    answer_hours: int = setting(4, _("alarm when a first message finds no answer for"), low=1, high=72, unit=_("hours of waking time"))
    introduced_signs: int = setting(
        30,
        _("a first message is an introduction from"),
        low=1,
        high=500,
        unit=_("characters"),
        help=_("Or by its words, such as “I am …”."),
    )
    lists_on: bool = setting(ON, _("make task lists for newcomers"))
    personal_lists: int = setting(
        10,
        _("newcomers with a list of their own"),
        high=200,
        unit=_("a group and week"),
        help=_("Those beyond it are one task of the group."),
    )


class WelcomeState(TextChoices):
    """What became of the welcome of a member, or of one message."""

    WAITING = "waiting", _("To be said")
    GOING = "going", _("On its way")
    SAID = "said", _("Said")
    SILENT = "silent", _("Not said: too many at once")
    LEFT = "left", _("Not said: they left")
    MISSED = "missed", _("Missed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Stage(TextChoices):
    """The columns of the board, by day of stay."""

    TODAY = "today", _("Today")
    WEEK1 = "week1", _("Day 2–7")
    WEEK2 = "week2", _("Week 2")
    MONTH = "month", _("Week 3–4")


STAGES: dict[Stage, tuple[int, int]] = {  # days since the day of joining, both included
    Stage.TODAY: (0, 0),
    Stage.WEEK1: (1, 6),
    Stage.WEEK2: (7, 13),
    Stage.MONTH: (14, 27),
}
STAY = 28  # days on the board


def stage_of(days: int) -> Stage | None:
    """The column of somebody who joined so many local days ago; None: no newcomer any more."""
    return next((stage for stage, (low, high) in STAGES.items() if low <= days <= high), None)


class Acknowledged(TextChoices):
    """How somebody said that they have read the rules."""

    PAGE = "page", _("on the page of the rules")
    CHAT = "chat", _("in the chat")
    HAND = "hand", _("noted by a colleague")


# Seed: 新成员了解群规. What people answer when they are asked to; nothing else may stand beside it.
_DONE = r"(?:阅读|读|看|知悉|知晓|了解)(?:了|完|过)?"
_READ = re.compile(
    rf"(?:我|本人)?已经?{_DONE}(?:并(?:同意|遵守))?(?:本)?群规则?(?:并(?:会|将)?(?:同意|遵守))?(?:了|啦)?"
    rf"|群规则?(?:我)?已经?(?:阅|{_DONE})(?:了|啦)?"
)
_NOISE = re.compile(r"@\S+|[\W_]+")
MOST_SIGNS = 24


def acknowledges(text: str) -> bool:
    """Whether a message says just this: 已阅读群规."""
    if "规" not in text or len(text) > MOST_SIGNS * 2:
        return False
    said = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return len(said) <= MOST_SIGNS and _READ.fullmatch(said) is not None


_INTRODUCES = re.compile(
    r"自我介绍|介绍一下自己|大家好|各位好|我是|我叫|本人|新人报到|新人报道|初来乍到|来自|坐标|(?i:\bmy name is\b|\bi am\b|\bi'm\b)"
)
_ONLY_HELLO = re.compile(r"^(?:大家|各位|群友们?)好[\W_]*$")


def introduces(text: str, *, first: bool, signs: int) -> bool:
    """Whether somebody tells who they are: by words of it, or because a first message is long. A bare 大家好 is a greeting."""
    said = text.strip()
    if _ONLY_HELLO.match(said):
        return False
    return bool(_INTRODUCES.search(said)) or (first and len(said) >= signs)


def called(name: str) -> str:
    """A name as the message says it: one line, not too long."""
    plain = " ".join(name.split())
    return plain if len(plain) <= NAME_WIDTH else plain[: NAME_WIDTH - 1] + "…"


def addressed(names: Sequence[str]) -> str:
    """Everybody who is welcomed, as one writes it in a chat: @小宋、@小王."""
    return "、".join(f"@{called(name)}" for name in names)
