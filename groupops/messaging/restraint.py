"""The policies that hold a delivery back: quiet hours, what follows a pause, the same text twice. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting
from groupops.shared import clock
from groupops.shared.wall import wall_moment


@dataclass(frozen=True)
class QuietHours:
    """Policy delivery.quiet: when the machine does not speak by itself, by the wall clock of the group's zone.

    Off until somebody wants it. The offered night lies between the last and the first slot of the seed (内容发布时间表: 21:00, 09:00).
    """

    title: ClassVar[Promise] = _("Quiet hours")
    on: bool = setting(default=False, label=_("keep quiet at night"), help=_("Messages that fall into these hours wait for their end."))
    start: str = setting("22:30", _("from"), help=_("On the group's wall clock, as 22:30."))
    end: str = setting("07:30", _("until"), help=_("On the group's wall clock, as 07:30. Before the start: on the next morning."))

    def __post_init__(self) -> None:
        """Both are times of the day, and not the same."""
        if _time(self.start, "start") == _time(self.end, "end"):
            raise ValueRefused(_("The quiet hours begin and end at the same time."), field="end")

    def until(self, at: datetime, zone: str) -> datetime | None:
        """The end of the quiet hours in which `at` falls; None: it may be said.

        Compared as moments, not as wall-clock times: a clock that is set back cannot trap it.
        """
        if not self.on:
            return None
        start, end = _time(self.start, "start"), _time(self.end, "end")
        today = clock.local(at, zone).date()
        for first in (today - timedelta(days=1), today):
            last = first if start < end else first + timedelta(days=1)
            over = wall_moment(last, end, zone)
            if wall_moment(first, start, zone) <= at < over:
                return over
        return None


def _time(text: str, field: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a wall clock has no zone of its own)
    except ValueError:
        raise ValueRefused(_("Write a time as 22:30."), field=field) from None


@dataclass(frozen=True)
class AfterPause:
    """Policy delivery.pauses: what waited during a pause leaves one after another, not in a burst."""

    title: ClassVar[Promise] = _("After a pause")
    gap_seconds: int = setting(5, _("gap between two messages of a channel"), low=0, high=3600, unit=_("seconds"))

    @property
    def gap(self) -> timedelta:
        """As a span."""
        return timedelta(seconds=self.gap_seconds)


@dataclass(frozen=True)
class SameText:
    """Policy delivery.duplicates: for how long the same text in the same place is doubted. Short words are said often, and may be."""

    title: ClassVar[Promise] = _("The same text twice")
    hours: int = setting(12, _("doubt the same text within"), low=0, high=168, unit=_("hours"), help=_("0: never. At most 168."))
    shortest: int = setting(6, _("only texts of at least"), low=1, high=1000, unit=_("characters"))

    def since(self, at: datetime, text: str) -> datetime | None:
        """From when on an equal text counts; None: this one is not doubted."""
        doubted = self.hours and len("".join(text.split())) >= self.shortest
        return at - timedelta(hours=self.hours) if doubted else None
