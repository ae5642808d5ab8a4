"""How people put it: everybody has a habit of ending sentences, and hardly anybody says what was said before."""

import random
from collections.abc import Callable, Sequence
from zlib import crc32

from groupops.simulator import grammar
from groupops.simulator.grammar import Banks, Facts
from groupops.simulator.people import Stay
from groupops.simulator.words import names
from groupops.simulator.words.common import CLAUSES

TRIES, PLAIN = 6, 2  # drafts of a line before an ending makes it different; before a clause is added
BARE = 0.3  # of the added clauses stand behind a space instead of a comma
STYLED = 0.25  # of the lines of somebody who has such a habit
FACES = ("😄", "👍", "🙏", "[呲牙]", "[强]", "[偷笑]", "[抱拳]", "[OK]", "[愉快]", "🤔", "👀", "💪", "[玫瑰]", "[憨笑]")
LAUGHS = ("哈哈", "哈哈哈", "[捂脸]", "😂", "[旺柴]", "嘿嘿")
ENDINGS: tuple[tuple[str, ...], ...] = ((), (), (), ("～", "~"), ("。",), LAUGHS, FACES, ("！",), ("…", "。。"))
ANYTHING = ("～", "。", "！", "…", *LAUGHS, *FACES)
SIGNS = "".join(names.SIGNS) + " "
CLOSED = "？?！!。～~…]"


class Voices:
    """Remembers what was said in the community; a line that was said before is put another way."""

    def __init__(self) -> None:
        self.said: set[str] = set()

    def put(self, patterns: Sequence[str], who: Stay, luck: random.Random, facts: Facts, banks: Banks) -> tuple[str, str]:
        """A line of `who` made from one of the patterns, and that pattern."""
        chosen = ""

        def draft() -> str:
            nonlocal chosen
            chosen = luck.choice(patterns)
            for slot in [slot for slot in facts if slot.startswith(grammar.LOCAL)]:
                del facts[slot]
            return grammar.expand(chosen, luck, facts, banks)

        def more() -> str:
            said, added = draft(), grammar.expand(luck.choice(CLAUSES), luck, facts, banks)
            return said + (" " if said[-1] in CLOSED or luck.random() < BARE else "，") + added

        return styled(self.fresh(draft, luck, more), who, luck), chosen

    def fresh(self, draft: Callable[[], str], luck: random.Random, more: Callable[[], str] | None = None) -> str:
        """The first draft that nobody has said; after some tries with `more` to it; in the end with an ending that makes it new."""
        text = draft()
        for turn in range(TRIES):
            if text not in self.said:
                break
            text = more() if more and turn >= PLAIN else draft()
        while text in self.said and len(text) < 300:
            text += luck.choice(ANYTHING)
        self.said.add(text)
        return text


def styled(text: str, who: Stay, luck: random.Random) -> str:
    """As this person would end it."""
    habit = ENDINGS[crc32(who.id.encode()) % len(ENDINGS)]
    return text + luck.choice(habit) if habit and text[-1] not in CLOSED and luck.random() < STYLED else text


def profile(who: Stay, banks: Banks) -> dict[str, str]:
    """Where somebody lives and works, as their name says or as it always was for them."""
    said, number = who.name.split("-"), crc32(who.id.encode())
    own = {slot: banks[slot][(number >> shift) % len(banks[slot])] for shift, slot in ((3, "城市"), (9, "岗位"), (15, "行业"))}
    return own | {slot: part for slot in own for part in said[:-1] if part in banks[slot]}


def short(name: str) -> str:
    """How somebody is addressed: the last part of city-trade-name."""
    return name.rsplit("-", 1)[-1].rstrip(SIGNS) or name
