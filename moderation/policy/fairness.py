"""What may be said of how cases were judged, and when it is an alarm (seed: 忽视群规): pure decisions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting

NAME = "moderation.fairness"
LEAST = 5  # cases; of fewer no share is said


@dataclass(frozen=True)
class FairnessRule:
    """Policy moderation.fairness: when cases wait too long, and when people with a post are judged too mildly."""

    title: ClassVar[Promise] = _("Fair judgement")
    handle_hours: int = setting(24, _("a case is handled within"), low=1, high=720, unit=_("hours"))
    margin: int = setting(
        20,
        _("alarm when people with a post are judged milder by"),
        low=5,
        high=100,
        unit="%",
        help=_("Of the same offence, of at least five cases of either."),
    )
    days: int = setting(90, _("compared are the last"), low=7, high=365, unit=_("days"))

    @property
    def handled_within(self) -> timedelta:
        """The time after which an open case is an alarm."""
        return timedelta(hours=self.handle_hours)


@dataclass(frozen=True)
class Tally:
    """How cases of one sort were decided. False positives say something of the rule, nothing of leniency: they are not in it."""

    punished: int = 0
    reminded: int = 0
    clean: int = 0

    @property
    def n(self) -> int:
        """How many."""
        return self.punished + self.reminded + self.clean

    @property
    def mild(self) -> int | None:
        """In percent, how many were let off: reminded only, or no violation. None: too few to say."""
        return share(self.reminded + self.clean, self.n)


def share(part: int, whole: int) -> int | None:
    """In percent; None of fewer than LEAST."""
    return None if whole < LEAST else round(100 * part / whole)


def milder(some: Tally, others: Tally, margin: int) -> int | None:
    """By how many percent points `some` were judged milder than `others`, where that is an alarm."""
    if some.mild is None or others.mild is None:
        return None
    apart = some.mild - others.mild
    return apart if apart >= margin else None
