"""When an exchange is a quarrel that rises, and what a person does about it (seed: 群氛围维护, 冲突处理): pure decisions."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting
from groupops.shared import placeholders
from groupops.shared.placeholders import Unfilled

NAME = "moderation.quarrels"
KEPT = timedelta(days=1)  # who answered whom, for the radar alone
HOSTILE = 2  # a hostile message counts as so many
CALM = "大家先冷静一下，{{names}} 的讨论请先停一停。有不同意见可以私下沟通，管理员会分别联系两位，谢谢大家配合～"
PRIVATE = "{{name}}你好，我是「{{group}}」的管理员。刚才群里的讨论我看到了，想先听听你的想法：事情是怎么开始的？你希望怎么解决？"
CAUSE = "谢谢你告诉我经过。我也会听听对方怎么说，之后给你一个答复，这期间请先不要在群里继续讨论这件事。"
APOLOGY = "刚才我在群里说话有些激动，向{{names}}和各位群友道歉，希望不影响大家交流。"
COOL = "{{name}}你好，为了让大家都冷静一下，建议你先暂时退群休息一天，之后我再邀请你回来，可以吗？"
_MENTION = re.compile(r"[@＠]([^\s@＠,，:：。！!?？]{1,40})")


class Step(TextChoices):
    """What is done about a quarrel, in the order of the seed: 快速介入, 私下沟通, 了解原因, 公开道歉, 暂时退群冷静."""

    INTERVENE = "intervene", _("Step in at once")
    TALK = "talk", _("Talk to each side in private")
    CAUSE = "cause", _("Find out how it began")
    APOLOGY = "apology", _("A public apology")
    COOL = "cool", _("If need be: they leave for a while to cool off")


class Outcome(TextChoices):
    """How it ended."""

    SETTLED = "settled", _("They made peace")
    COOLED = "cooled", _("It cooled off by itself")
    APART = "apart", _("Somebody left the group for a while")
    CASE = "case", _("It became a case of its own")
    NOTHING = "nothing", _("It was no quarrel")


@dataclass(frozen=True)
class QuarrelRule:
    """Policy moderation.quarrels: from when on an exchange is looked at, and what is said."""

    title: ClassVar[Promise] = _("Quarrels")
    on: bool = setting(default=True, label=_("watch for quarrels"))
    minutes: int = setting(10, _("looked at are the last"), low=2, high=120, unit=_("minutes"))
    exchanges: int = setting(
        8, _("answers back and forth"), low=4, high=200, help=_("Between two people. A message with a hostile word counts twice.")
    )
    people: int = setting(4, _("at most so many people take part"), low=2, high=20, help=_("More of them are a discussion."))
    calm_minutes: int = setting(60, _("what follows within this time belongs to it"), low=5, high=1440, unit=_("minutes"))
    calm: str = setting(CALM, _("said in the group to step in"), lines=True)
    private: str = setting(PRIVATE, _("said to each side in private"), lines=True)
    cause: str = setting(CAUSE, _("said to find out how it began"), lines=True)
    apology: str = setting(APOLOGY, _("draft of an apology"), lines=True)
    cool: str = setting(COOL, _("said to who should cool off"), lines=True)

    def __post_init__(self) -> None:
        for name in TEXTS.values():
            try:
                placeholders.check(getattr(self, name), ("name", "names", "group"), field=name)
            except Unfilled as refusal:
                raise ValueRefused(str(refusal.message), field=name) from None

    @property
    def window(self) -> timedelta:
        """The time that is looked at."""
        return timedelta(minutes=self.minutes)

    @property
    def calm_for(self) -> timedelta:
        """The time after which a new exchange is another quarrel."""
        return timedelta(minutes=self.calm_minutes)

    def text(self, step: Step) -> str:
        """What is said at a step, with its placeholders."""
        found: str = getattr(self, TEXTS[step])
        return found


TEXTS = {Step.INTERVENE: "calm", Step.TALK: "private", Step.CAUSE: "cause", Step.APOLOGY: "apology", Step.COOL: "cool"}


@dataclass(frozen=True)
class Turned:
    """Somebody answered somebody."""

    at: datetime
    source: int
    target: int
    hostile: bool = False


@dataclass(frozen=True)
class Rising:
    """A quarrel: since when, between whom (the most engaged first), how many answers, of them hostile."""

    since: datetime
    people: tuple[int, ...]
    answers: int
    hostile: int


def mentioned(text: str) -> list[str]:
    """The names after @, as somebody typed them."""
    return _MENTION.findall(text)


def rising(turns: Iterable[Turned], rule: QuarrelRule, at: datetime) -> Rising | None:
    """The quarrel that these answers of one group are at `at`, if they are one.

    Two people answer each other, both of them, often enough within the window, ever faster (an answer of the later half took less
    time than one of the earlier), and few others take part.
    """
    near = sorted((turn for turn in turns if at - rule.window <= turn.at <= at), key=lambda turn: turn.at)
    pairs: Counter[tuple[int, int]] = Counter()
    for turn in near:
        pairs[min(turn.source, turn.target), max(turn.source, turn.target)] += HOSTILE if turn.hostile else 1
    for pair, weight in pairs.most_common(1):
        between = [turn for turn in near if {turn.source, turn.target} == set(pair)]
        taking_part = {turn.source for turn in near} | set(pair)
        if weight >= rule.exchanges and _both(between) and _faster(between) and len(taking_part) <= rule.people:
            counted = Counter(turn.source for turn in near)
            people = sorted(taking_part, key=lambda who: (who not in pair, -counted[who], who))
            return Rising(between[0].at, tuple(people), len(near), sum(turn.hostile for turn in near))
    return None


def _both(turns: Sequence[Turned]) -> bool:
    """Whether both answer: each at least a quarter."""
    sides = Counter(turn.source for turn in turns)
    return len(sides) == 2 and min(sides.values()) * 4 >= len(turns)


def _faster(turns: Sequence[Turned]) -> bool:
    """Whether the rate rises: an answer of the later half took less time, or all of them took hardly any."""
    middle = len(turns) // 2
    early, late = turns[middle].at - turns[0].at, turns[-1].at - turns[middle].at
    return late * middle < early * (len(turns) - 1 - middle) or turns[-1].at - turns[0].at <= timedelta(seconds=30 * len(turns) // 2)
