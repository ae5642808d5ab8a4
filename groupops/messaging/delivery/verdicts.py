"""What came of a try, before it is written down."""

from dataclasses import dataclass
from datetime import datetime

from groupops.messaging.policy import Around, DeliveryState


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
