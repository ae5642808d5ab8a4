"""People answer what GroupOps posts: a greeting with a greeting, a topic with what they think of it, soon and fewer later."""

import random
from collections.abc import Iterator
from datetime import timedelta

from groupops.simulator.days import Town
from groupops.simulator.dice import heavy
from groupops.simulator.happening import Happening, utc
from groupops.simulator.hosting import Posted
from groupops.simulator.words import scenes

SHARE = 0.035  # of a group answers a post
# How a post of ours is recognised from its own words, most telling first (content.policy.PostKind).
SIGNS: tuple[tuple[str, str], ...] = (
    ("早上好", "greeting"),
    ("早安", "greeting"),
    ("快乐", "greeting"),
    ("答疑", "question"),
    ("提问", "question"),
    ("问题", "question"),
    ("？", "topic"),
    ("聊", "topic"),
    ("讨论", "topic"),
)


def sort_of(text: str) -> str:
    """What sort of post it is, as people take it."""
    return next((sort for sign, sort in SIGNS if sign in text), "")


def reactions(town: Town, post: Posted, luck: random.Random, *, haste: float = 1.0) -> Iterator[Happening]:
    """What is said to a post: under keys made of the post's, so that it is said once. `haste` shortens the waiting."""
    here = town.awake(post.at, luck)
    luck.shuffle(here)
    scene, sort = town.scene(post.at, here, luck), sort_of(post.text)
    for number, who in enumerate(here[: round(town.stage.size * SHARE * luck.uniform(0.5, 1.5))]):
        scene.at = post.at + timedelta(seconds=(20 + heavy(luck, 700, 1.0)) * haste)
        scene.facts.clear()
        line = scene.say(who, scenes.ANSWERS[sort], "reaction", pause=1)
        quoted = post.id if luck.random() < 0.25 else ""
        key = f"{town.world.aside}{town.stage.room}.{post.id}.{number}"
        yield Happening(key, utc(line.at), town.stage.room, "say", who.id, who.called(line.at), line.text, reply_to=quoted, part="reaction")
