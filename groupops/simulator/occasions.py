"""What has a reason of its own: a newcomer's first words, somebody who wants to buy, the wishes of a feast."""

from groupops.simulator.people import Stay
from groupops.simulator.scene import Scene
from groupops.simulator.threads import QUICK, SLOW
from groupops.simulator.words import scenes


def introduction(scene: Scene, newcomer: Stay) -> None:
    """A newcomer says who they are; some bid them welcome."""
    said = scene.say(newcomer, scenes.INTRO, "introduction", pause=0)
    for _ in range(scene.luck.choice((0, 1, 1, 2, 3))):
        if host := scene.pool.helper(scene.luck, newcomer, said.who):
            said = scene.say(host, scenes.WELCOME, "greeting", pause=QUICK, to=scene.lines[0], quote=0.1)


def purchase(scene: Scene, buyer: Stay) -> None:
    """Somebody asks for a price or a renewal and is told; many think about it in public."""
    asked = scene.say(buyer, scenes.PRICE, "purchase", pause=0)
    helper = scene.pool.helper(scene.luck, buyer) if scene.luck.random() < 0.85 else None
    if helper is None:
        return
    answer = scene.say(helper, scenes.PRICE_ANSWER, "answer", pause=SLOW, to=asked, quote=0.6)
    if scene.luck.random() < 0.7:
        scene.say(buyer, scenes.PRICE_THANKS, "thanks", pause=SLOW, to=answer, quote=0.15)


def wishes(scene: Scene, first: Stay, feast: str) -> None:
    """A feast: one begins, many follow."""
    scene.facts["节"] = feast
    scene.say(first, scenes.FESTIVAL, "wishes", pause=0)
    for _ in range(3 + scene.luck.randrange(10)):
        other = scene.pool.take(scene.luck, scene.lines[-1].who)
        if other is None:
            return
        scene.facts.pop("祝", None)
        scene.say(other, scenes.FESTIVAL, "wishes", pause=QUICK * 2)
