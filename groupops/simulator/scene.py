"""A conversation while it is written: who may still speak today, what it is about, and the lines so far."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from groupops.simulator import grammar
from groupops.simulator.dice import heavy
from groupops.simulator.grammar import Banks
from groupops.simulator.people import Stay, Temper
from groupops.simulator.rhythm import ZONE
from groupops.simulator.voices import Voices, profile, short
from groupops.simulator.words.common import NODS

# Parts that only take up what was said; the others may bring in words of their own.
ECHOES = frozenset({"same", "add", "back", "thanks", "welcome", "agree", "laugh", "comment"})
HELPERS = frozenset({Temper.CORE, Temper.ACTIVE})


@dataclass
class Line:
    """Somebody says something; `replies` is the line that it quotes."""

    who: Stay
    at: datetime
    text: str
    part: str
    replies: "Line | None" = None
    key: str = ""


def clock(moment: datetime) -> str:
    """The time as people say it."""
    local = moment.astimezone(ZONE)
    return f"{local.hour % 12 or 12}点{('', '一刻', '半', '三刻')[local.minute // 15]}"


class Pool:
    """Who is here today, and how many more lines each of them has to say."""

    def __init__(self, budgets: Mapping[str, tuple[Stay, int]]) -> None:
        self.stays = {user: stay for user, (stay, _lines) in budgets.items()}
        self.left = {user: lines for user, (_stay, lines) in budgets.items() if lines > 0}
        self.helpers = [stay for stay in self.stays.values() if stay.temper in HELPERS]

    def take(self, luck: random.Random, *but: Stay | None) -> Stay | None:
        """Somebody with something to say, the talkative more often, but none of these; None when nobody is left."""
        out = {stay.id for stay in but if stay}
        users = [user for user in self.left if user not in out]
        if not users:
            return None
        return self.spend(luck.choices(users, [self.left[user] for user in users])[0])

    def other(self, luck: random.Random, lines: "list[Line]") -> Stay | None:
        """Somebody who has not spoken in this conversation; when there is nobody, at least not the last one."""
        return self.take(luck, *{line.who.id: line.who for line in lines}.values()) or (
            self.take(luck, lines[-1].who) if luck.random() < 0.3 else None
        )

    def helper(self, luck: random.Random, *but: Stay | None) -> Stay | None:
        """A core or active member who is here; they answer even when they have said enough."""
        out = {stay.id for stay in but if stay}
        found = [stay for stay in self.helpers if stay.id not in out]
        return self.spend(luck.choice(found).id) if found else None

    def spend(self, user: str) -> Stay:
        """One line less."""
        if user in self.left:
            self.left[user] -= 1
            if not self.left[user]:
                del self.left[user]
        return self.stays[user]


@dataclass
class Scene:
    """Writes lines one after another; `facts` are the words that this conversation keeps."""

    luck: random.Random
    voices: Voices
    pool: Pool
    banks: Banks
    at: datetime
    facts: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    own: frozenset[str] = frozenset()  # slots of the matter
    used: set[str] = field(default_factory=set)

    def say(self, who: Stay, patterns: Sequence[str], part: str, *, pause: float, to: Line | None = None, quote: float = 0.0) -> Line:
        """A line after a pause of about so many seconds; addressed to `to`, and with chance `quote` as a reply to it."""
        if self.lines:
            self.at += timedelta(seconds=min(2 + heavy(self.luck, pause, 0.9), 5400))
        if to is not None:
            name = to.who.called(self.at)
            self.facts["对方"] = f"@{name} " if self.luck.random() < 0.35 else short(name)
        self.facts.setdefault("对方", "楼上")
        self.facts |= profile(who, self.banks) | {"此刻": clock(self.at)}
        text, pattern = self.voices.put(self._fitting(patterns, part), who, self.luck, self.facts, self.banks)
        self.used.add(pattern)
        replies = to if to is not None and self.luck.random() < quote else None
        self.lines += self._split(Line(who, self.at, text, part, replies))
        return self.lines[-1]

    def nod(self, who: Stay, *, pause: float) -> Line:
        """One of the few words that everybody says."""
        self.at += timedelta(seconds=2 + heavy(self.luck, pause, 0.9))
        self.lines.append(Line(who, self.at, self.luck.choice(NODS), "nod"))
        return self.lines[-1]

    def _fitting(self, patterns: Sequence[str], part: str) -> Sequence[str]:
        """Those that nobody has used here, and of these, where an echo is wanted, those about what was spoken of."""
        fresh = [pattern for pattern in patterns if pattern not in self.used] or list(patterns)
        fitting = [pattern for pattern in fresh if not (grammar.kept(pattern) & self.own) - set(self.facts)] if part in ECHOES else fresh
        return fitting or fresh

    def _split(self, line: Line) -> list[Line]:
        """Some press Enter in the middle of a sentence."""
        first, comma, rest = line.text.partition("，")
        if not comma or min(len(first), len(rest)) < 5 or self.luck.random() > 0.1 or {first, rest} & self.voices.said:
            return [line]
        self.voices.said |= {first, rest}
        self.at += timedelta(seconds=self.luck.randint(2, 9))
        return [Line(line.who, line.at, first, line.part, line.replies), Line(line.who, self.at, rest, line.part)]
