"""What came of a try, before it is written down."""

from dataclasses import dataclass
from datetime import datetime

from groupops.messaging.adapter import AdapterError, RateLimited
from groupops.messaging.policy import Around, DeliveryState, ending


@dataclass(frozen=True)
class Verdict:
    """The state it leads to, and what is written down."""

    state: DeliveryState
    result: str
    line: str = ""
    code: str = ""
    remote_ids: tuple[str, ...] = ()
    around: Around = Around.NOTHING
    after: float = 0  # seconds, of a rate limit
    counts: bool = True
    not_before: datetime | None = None  # of what waits for an hour


def verdict_of(error: AdapterError) -> Verdict:
    """What an adapter's error means, by the table of endings."""
    end = ending(error)
    after = error.after if isinstance(error, RateLimited) else 0
    return Verdict(end.state, type(error).__name__, error.message, error.code, around=end.around, after=after, counts=end.counts)
