"""What the clock brings about, in its order."""

from datetime import datetime

from members.sweep.services.advancing import advance
from members.sweep.services.asking import ask_due
from members.sweep.services.planning import plan


def tick(*, at: datetime, address: str) -> None:
    """Everything that is due: the runs of the week, the questions of runs that may ask, and where cases have come by themselves.

    `address` is where links lead, without a slash at its end. Twice or killed in the middle, it goes on where it was.
    """
    plan(at=at)
    ask_due(at=at, address=address)
    advance(at=at)
