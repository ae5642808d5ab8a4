"""What the plans of this folder are made of. They are only where a kind begins: afterwards its lines are edited in the browser."""

from dataclasses import dataclass
from datetime import time

from content.policy import Holidays, PostKind


@dataclass(frozen=True)
class Entry:
    """One line of a plan. `key` names it for ever: a group never gets the same line twice, whichever kind it comes from."""

    key: str
    weekdays: int
    at: time
    kind: PostKind
    title: str
    body: str
    holidays: Holidays = Holidays.CALENDAR


@dataclass(frozen=True)
class ThemeEntry:
    """What certain days of the week are about."""

    key: str
    weekdays: int
    title: str
    activities: tuple[str, ...]


@dataclass(frozen=True)
class DutyEntry:
    """What the staff does between two times of the day."""

    key: str
    start: time
    end: time
    text: str
