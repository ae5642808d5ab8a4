"""The ladders as tables, editable as one line each, and the step that is due (seed: 违规处理, 常见问题行为)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groupops.groups.policy.values import ValueRefused, setting
from moderation.policy.offences import Ladder


class Act(TextChoices):
    """What is done to somebody, or for somebody whose case was overruled."""

    REMIND = "remind", _("Reminder in the group")
    EXPLAIN = "explain", _("Private explanation")
    WARN = "warn", _("Private warning")
    RECALL = "recall", _("Recall the message")
    MUTE = "mute", _("Mute")
    REMOVE = "remove", _("Remove from the group")
    BLACKLIST = "blacklist", _("Remove and keep out")
    CONSIDER = "consider", _("A person considers removal")
    UNMUTE = "unmute", _("Lift the mute")
    READMIT = "readmit", _("Let in again")
    APOLOGY = "apology", _("Apology")
    ANSWER = "answer", _("Answer to an appeal")


# How the steps of a ladder are written. The first word of an act is the one that is shown.
SPELLINGS: dict[str, Act] = {
    "群内提醒": Act.REMIND,
    "私聊说明": Act.EXPLAIN,
    "私聊警告": Act.WARN,
    "撤回": Act.RECALL,
    "禁言": Act.MUTE,
    "移出群聊": Act.REMOVE,
    "拉黑": Act.BLACKLIST,
    "考虑移出": Act.CONSIDER,
    "remind": Act.REMIND,
    "explain": Act.EXPLAIN,
    "warn": Act.WARN,
    "recall": Act.RECALL,
    "mute": Act.MUTE,
    "remove": Act.REMOVE,
    "blacklist": Act.BLACKLIST,
    "consider": Act.CONSIDER,
}
REMOVING = frozenset({Act.REMOVE, Act.BLACKLIST})
LONGEST_MUTE = 24 * 30  # hours
MOST = 8  # steps of a ladder
_PART = re.compile(r"\A([a-z]+|\D+?)\s*(\d{0,4})\s*(h|小时)?\Z")


@dataclass(frozen=True)
class Rung:
    """One step: everything that is done at it. `mute_hours` is 0 where nobody is muted."""

    acts: tuple[Act, ...]
    mute_hours: int = 0

    @property
    def removes(self) -> bool:
        """Whether somebody is out of the group afterwards."""
        return bool(REMOVING.intersection(self.acts))

    @property
    def needs_person(self) -> bool:
        """Whether a person decides it, whatever the rule says."""
        return Act.CONSIDER in self.acts

    @property
    def decided(self) -> "Rung":
        """The step as a person carries it out: who was to consider the removal has done so."""
        return Rung(tuple(Act.REMOVE if act == Act.CONSIDER else act for act in self.acts), self.mute_hours)


GENTLY = (Rung((Act.REMIND,)),)
# Ladders of one step, which nobody edits.
FIXED = {Ladder.GENTLE: GENTLY, Ladder.BARRED: (Rung((Act.BLACKLIST,)),)}


def parse(text: str, *, field: str = "default") -> tuple[Rung, ...]:
    """The steps that a line like "撤回+私聊警告 > 撤回+禁言24 > 移出群聊" spells. Raises ValueRefused."""
    rungs = tuple(_rung(part, field) for part in re.split(r"[>＞]", text))
    if not 1 <= len(rungs) <= MOST:
        raise ValueRefused(_("A ladder has 1 to %(most)d steps.") % {"most": MOST}, field=field)
    return rungs


def _rung(text: str, field: str) -> Rung:
    acts, hours = [], 0
    for part in re.split(r"[+＋]", text):
        found = _PART.match(part.strip())
        act = SPELLINGS.get(found[1].strip()) if found else None
        if act is None or (found and found[2] and act != Act.MUTE):
            raise ValueRefused(
                _("“%(part)s” is no step. Write: %(acts)s.") % {"part": part.strip()[:20], "acts": "、".join(list(SPELLINGS)[:8])},
                field=field,
            )
        acts.append(act)
        if act == Act.MUTE:
            hours = int(found[2] or 24) if found else 24
            if not 1 <= hours <= LONGEST_MUTE:
                raise ValueRefused(_("A mute lasts 1 to %(most)d hours.") % {"most": LONGEST_MUTE}, field=field)
    if len(set(acts)) != len(acts):
        raise ValueRefused(_("A step does the same thing twice."), field=field)
    return Rung(tuple(acts), hours)


def spelt(rung: Rung) -> str:
    """A step as `parse` reads it."""
    words = {act: word for word, act in reversed(SPELLINGS.items())}
    return "+".join(f"{words[act]}{rung.mute_hours}" if act == Act.MUTE else words[act] for act in rung.acts)


def told(rung: Rung) -> str:
    """A step in words of the reader's language, with its units: the one form in which people read it."""
    return " + ".join(_act_told(act, rung.mute_hours) for act in rung.acts)


def _act_told(act: Act, hours: int) -> str:
    if act != Act.MUTE or not hours:
        return str(act.label)
    return ngettext("Mute for %(n)d hour", "Mute for %(n)d hours", hours) % {"n": hours}


def in_words(acts: str) -> str:
    """`told` of a step as `spelt` left it on a decision; what no longer can be read stays as it is."""
    try:
        return told(parse(acts)[0]) if acts else ""
    except ValueRefused:
        return acts


def ladder_in_words(text: str) -> str:
    """`told` of each step of a ladder as the policy keeps it."""
    return " → ".join(f"{n}. {told(rung)}" for n, rung in enumerate(parse(text), 1))


def due(ladder: tuple[Rung, ...], standing: int, weight: int) -> int:
    """Which step (from 0) an offence of `weight` leads to, with `standing` strikes counted before. The last step is never left."""
    return min(max(standing + weight - 1, 0), len(ladder) - 1)


@dataclass(frozen=True)
class LadderRule:
    """Policy moderation.ladders: what follows on which offence, how long it counts, and how far a machine goes by itself."""

    title: ClassVar[Promise] = _("Ladders of offences")
    default: str = setting(
        "群内提醒 > 私聊警告 > 移出群聊", _("default ladder"), help=_("Steps are parted by >, acts of a step by +."), told=ladder_in_words
    )
    advert: str = setting("撤回+私聊警告 > 撤回+禁言24 > 撤回+移出群聊", _("advertising ladder"), told=ladder_in_words)
    quarrel: str = setting(
        "群内提醒+私聊说明 > 禁言24 > 移出群聊", _("quarrel ladder"), help=_("Of quarrels and personal attacks."), told=ladder_in_words
    )
    off_topic: str = setting("群内提醒 > 私聊说明 > 考虑移出", _("off-topic ladder"), told=ladder_in_words)
    strike_days: int = setting(90, _("a strike counts for"), low=1, high=3650, unit=_("days"), help=_("Fixed when it is given."))
    appeal_days: int = setting(20, _("an appeal is possible for"), low=1, high=365, unit=_("days"))
    hold_seconds: int = setting(
        30, _("what a person decides leaves after"), low=0, high=600, unit=_("seconds"), help=_("Until then it can be undone.")
    )
    take_back_minutes: int = setting(5, _("who recalls the message within this time is not punished"), low=0, high=1440, unit=_("minutes"))
    second_for_posts: bool = setting(default=True, label=_("people with a post get a second reviewer"))
    per_hour: int = setting(
        20,
        _("automatic acts in an hour"),
        low=0,
        high=1000,
        help=_("In one group: each violation, and each further message of it that is recalled. Above it, people decide."),
    )
    barred_alone: bool = setting(
        default=False, label=_("who is on the blacklist and joins is removed without a person"), help=_("Off: a person confirms each.")
    )
    evidence_days: int = setting(180, _("evidence is kept after the time of appeal for"), low=0, high=3650, unit=_("days"))

    def __post_init__(self) -> None:
        for name in ("default", "advert", "quarrel", "off_topic"):
            parse(getattr(self, name), field=name)

    def rungs(self, ladder: Ladder) -> tuple[Rung, ...]:
        """The steps of a ladder."""
        return FIXED.get(ladder) or parse(getattr(self, ladder.value))

    def expires(self, at: datetime) -> datetime:
        """Until when a strike of this moment counts."""
        return at + timedelta(days=self.strike_days)

    def appealable(self, at: datetime) -> datetime:
        """Until when a strike of this moment can be appealed against."""
        return at + timedelta(days=self.appeal_days)
