"""The demo's living community: personas talk, answer and come and go in the rooms of the fake platform."""

import logging
import random
import time
from urllib.parse import quote

import httpx

from groupops.simulator import cast, history, talk
from groupops.simulator.cast import Stage

log = logging.getLogger(__name__)
PAUSE = (4.0, 25.0)  # seconds between two things that happen
COMES, GOES = 0.05, 0.02  # how often it is somebody joining, or leaving


def live(address: str, *, dice: random.Random, steps: int | None = None, pause: tuple[float, float] = PAUSE) -> None:
    """Let things happen on the fake platform at `address`, for ever or for `steps`. A platform that is away is waited for."""
    with httpx.Client(base_url=address, timeout=5, trust_env=False) as client:
        while steps is None or steps > 0:
            happen(client, dice)
            steps = None if steps is None else steps - 1
            time.sleep(dice.uniform(*pause))


def happen(client: httpx.Client, dice: random.Random) -> None:
    """One thing: mostly somebody says something."""
    stage = dice.choices(cast.STAGES, weights=[stage.daily for stage in cast.STAGES])[0]
    luck = dice.random()
    try:
        if luck < COMES:
            newcomer = dice.choice(cast.newcomers(stage))
            _act(client, stage, "join", user=newcomer.id, name=newcomer.name)
        elif luck < COMES + GOES:
            _act(client, stage, "leave", user=dice.choice(cast.newcomers(stage)).id)  # who came may go; the old hands stay
        else:
            _act(client, stage, "say", user=history.speaker(stage, dice).id, text=_words(stage, dice))
    except httpx.HTTPError as error:
        log.warning("the fake platform does not answer: %s", error.__class__.__name__)


def _words(stage: Stage, dice: random.Random) -> str:
    return dice.choice(talk.ANSWERS) if dice.random() < 0.2 else talk.line(stage.kind, dice)


def _act(client: httpx.Client, stage: Stage, verb: str, **values: str) -> None:
    client.post(f"/control/rooms/{quote(stage.room)}/{verb}", json=values)
