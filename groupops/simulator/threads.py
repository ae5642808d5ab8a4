"""How talk goes: a question and its answers, an argument, something shared, small talk. Each writes one conversation."""

from collections.abc import Callable

from groupops.simulator.people import Stay
from groupops.simulator.scene import Line, Scene
from groupops.simulator.words.common import PARTS
from groupops.simulator.words.matter import Matter

ANSWERED = 0.81  # of the questions; the others stay open
NOD = 0.015  # of the chat lines; the only ones that are said word for word again and again
QUICK, SLOW = 35.0, 170.0  # seconds, on average, before a chat line and before an answer


def question(scene: Scene, matter: Matter, asker: Stay) -> None:
    """Asked, perhaps with details; answered by somebody who knows, as a reply or right after; or not."""
    asked = scene.say(asker, matter.lines["ask"], "question", pause=0)
    for _ in range(scene.luck.choice((0, 0, 1, 1, 2))):
        if asker.id not in scene.pool.left:
            break
        scene.pool.spend(asker.id)
        scene.say(asker, matter.lines["more"], "detail", pause=QUICK)
    if scene.luck.random() < ANSWERED and (helper := scene.pool.helper(scene.luck, asker)):
        _answered(scene, matter, asked, helper)
        return
    for _ in range(scene.luck.choice((0, 0, 1, 2))):
        other = scene.pool.take(scene.luck, asker)
        if other:
            scene.say(other, PARTS["same"] if scene.luck.random() < 0.7 else PARTS["shrug"], "same", pause=SLOW, to=asked)


def _answered(scene: Scene, matter: Matter, asked: Line, helper: Stay) -> None:
    answer = scene.say(helper, matter.lines["answer"], "answer", pause=SLOW, to=asked, quote=0.6)
    while scene.luck.random() < 0.55:
        other = scene.pool.take(scene.luck, asked.who, helper)
        if other is None:
            break
        scene.say(other, matter.lines["add"] if scene.luck.random() < 0.6 else PARTS["agree"], "add", pause=SLOW, to=answer, quote=0.2)
    if scene.luck.random() < 0.4 and asked.who.id in scene.pool.left:
        scene.pool.spend(asked.who.id)
        back = scene.say(asked.who, matter.lines["back"], "back", pause=SLOW * 3, to=answer, quote=0.25)
        if scene.luck.random() < 0.5 and (again := scene.pool.helper(scene.luck, asked.who)):
            scene.say(again, matter.lines["answer"], "answer", pause=SLOW, to=back, quote=0.4)
    if scene.luck.random() < 0.6:
        thanks = scene.say(asked.who, PARTS["thanks"], "thanks", pause=SLOW, to=answer, quote=0.15)
        if scene.luck.random() < 0.25:
            scene.say(helper, PARTS["welcome"], "welcome", pause=QUICK, to=thanks)


def opinion(scene: Scene, matter: Matter, opener: Stay) -> None:
    """Somebody asks what the others think; the longer it goes the more it is worth reading."""
    said = scene.say(opener, matter.lines["open"], "topic", pause=0)
    for _ in range(_length(scene, 3, most=13)):
        other = scene.pool.take(scene.luck, said.who)
        if other is None:
            return
        kind = "side" if len(scene.lines) == 1 else scene.luck.choices(("side", "retort", "agree", "laugh"), (6, 2, 1, 0.7))[0]
        said = scene.say(other, matter.lines.get(kind) or PARTS[kind], kind, pause=QUICK * 1.6, to=said, quote=0.12)


def share(scene: Scene, matter: Matter, sharer: Stay) -> None:
    """Something to read or to be glad about, and what the others make of it."""
    first = scene.say(sharer, matter.lines["open"], "share", pause=0)
    if scene.luck.random() < 0.6 and sharer.id in scene.pool.left:
        scene.pool.spend(sharer.id)
        scene.say(sharer, matter.lines["more"], "detail", pause=QUICK)
    for _ in range(_length(scene, 2, most=11)):
        other = scene.pool.other(scene.luck, scene.lines)
        if other is None:
            return
        if other is sharer:
            continue
        patterns = matter.lines["comment"] if scene.luck.random() < 0.8 else PARTS["agree"]
        scene.say(other, patterns, "comment", pause=QUICK * 2, to=first, quote=0.18)


def chat(scene: Scene, matter: Matter, opener: Stay) -> None:
    """Small talk: quick, and over soon."""
    said = scene.say(opener, matter.lines["open"], "chat", pause=0)
    for _ in range(_length(scene, 1, most=9)):
        other = scene.pool.other(scene.luck, scene.lines)
        if other is None:
            return
        if scene.luck.random() < NOD:
            said = scene.nod(other, pause=QUICK)
            continue
        part, patterns = ("chat", matter.lines["chime"]) if scene.luck.random() < 0.88 else ("laugh", PARTS["laugh"])
        said = scene.say(other, patterns, part, pause=QUICK, to=said, quote=0.06)


def _length(scene: Scene, least: int, most: int) -> int:
    """How many lines follow: few, and now and then very many."""
    return min(least + int(scene.luck.paretovariate(1.3)) - 1 + scene.luck.randrange(4), most)


SORTS: dict[str, Callable[[Scene, Matter, Stay], None]] = {"question": question, "opinion": opinion, "share": share, "chat": chat}
