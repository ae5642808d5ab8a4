"""Count: what the fake platform has on its disk against what was acknowledged, and what the product says of each."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from content.models import Post
from content.policy import PostState
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.record.models import Alarm

OPEN = (DeliveryState.PLANNED, DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.RETRY)


@dataclass(frozen=True)
class Count:
    """Of one trial. `lost`: acknowledged, not on the platform, and the product does not say so."""

    posts: int
    on_platform: int
    lost: int
    doubled: int
    unknown: int
    unflagged: int
    missed_or_failed: int
    stuck: int

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        return not (self.lost or self.doubled or self.unflagged or self.stuck)

    def as_dict(self) -> dict[str, int]:
        """For the record."""
        return asdict(self)


def said(disk: Path) -> Counter[str]:
    """Every text on the platform's disk, with how often it stands there."""
    rows = (json.loads(line) for line in disk.read_text().splitlines())
    return Counter(row["text"] for row in rows if row["type"] == "message")


def count(disk: Path, texts: list[str]) -> Count:
    """Judge every acknowledged text."""
    there = said(disk)
    states = dict(Delivery.objects.values_list("text", "state"))
    unknown = sum(state == DeliveryState.UNKNOWN for state in states.values())
    flagged = Alarm.objects.filter(key__startswith="unknown:", closed_at=None).exists()
    shown = {DeliveryState.UNKNOWN, DeliveryState.MISSED, DeliveryState.FAILED, DeliveryState.WAITING_PERSON}
    return Count(
        posts=len(texts),
        on_platform=sum(there[text] > 0 for text in texts),
        lost=sum(not there[text] and states.get(text) not in shown for text in texts),
        doubled=sum(times > 1 for times in there.values()),
        unknown=unknown,
        unflagged=0 if flagged else unknown,
        missed_or_failed=sum(state in (DeliveryState.MISSED, DeliveryState.FAILED) for state in states.values()),
        stuck=sum(state in OPEN for state in states.values()),
    )


def settled(*, unknown_too: bool) -> bool:
    """Whether nothing is on its way any more; `unknown_too`: nor to be looked up."""
    open_states = (*OPEN, DeliveryState.UNKNOWN) if unknown_too else OPEN
    handed_over = Delivery.objects.filter(purpose="post").values("subject_id")
    waiting = Post.objects.filter(state=PostState.SCHEDULED).exclude(pk__in=handed_over)  # a post gets its delivery when it is due
    return not waiting.exists() and not Delivery.objects.filter(state__in=open_states).exists()
