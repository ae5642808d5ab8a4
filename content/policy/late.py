"""What becomes of a slot that is found after its time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from content.policy.rule import local_day
from content.policy.states import CatchUp, SlotState, Why

# Source: guarantees, §2: automatic greetings lapse after 10 minutes, announcements go once within 2 hours.
LATE = {"greeting": timedelta(minutes=10), "announcement": timedelta(hours=2)}
LATE_OTHERWISE = timedelta(minutes=60)
ASKING = timedelta(days=3)  # so long a late slot waits for a person; an older one is history, not a task


def lapse(kind: str) -> timedelta:
    """How late a post of this kind may still leave on its own."""
    return LATE.get(kind, LATE_OTHERWISE)


@dataclass(frozen=True)
class Fate:
    """What becomes of a due slot: the state it takes, and why where that is not simply "released in time"."""

    state: SlotState
    why: Why = Why.NONE

    @property
    def leaves(self) -> bool:
        """Whether a post goes out."""
        return self.state == SlotState.RELEASED


def fate(*, kind: str, catch_up: str, due_at: datetime, at: datetime, zone: str) -> Fate:
    """What becomes of a slot due at `due_at` that was found at `at`: within its lapse it leaves, later `catch_up` decides.

    Sent late means late on the same local day of the group; yesterday's topic is nobody's topic today.
    """
    if at - due_at <= lapse(kind):
        return Fate(SlotState.RELEASED)
    if catch_up == CatchUp.ONCE_LATE and local_day(at, zone) == local_day(due_at, zone):
        return Fate(SlotState.RELEASED, Why.SENT_LATE)
    return Fate(SlotState.MISSED, Why.ASK if catch_up == CatchUp.ASK else Why.LATE)
