"""When a flood of joins is a raid and when it is over: pure decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting

NAME = "moderation.raids"


@dataclass(frozen=True)
class RaidRule:
    """Policy moderation.raids: from how many joins on, what is held, and when it lifts by itself."""

    title: ClassVar[Promise] = _("Floods of joins")
    on: bool = setting(default=True, label=_("watch for floods of joins"))
    joins: int = setting(15, _("a flood is at least"), low=3, high=1000, unit=_("joins"))
    minutes: int = setting(5, _("within"), low=1, high=240, unit=_("minutes"))
    quiet_minutes: int = setting(20, _("over when nobody joins for"), low=1, high=1440, unit=_("minutes"))
    hold: bool = setting(
        default=True, label=_("hold welcomes and ways in"), help=_("No automatic welcome, no join page, no QR code of the group meanwhile.")
    )
    slow: bool = setting(
        default=True,
        label=_("look at newcomers more strictly"),
        help=_("Links, contacts, pictures and calls to everyone of who joined in it go to the queue."),
    )

    @property
    def window(self) -> timedelta:
        """The time within which joins are counted."""
        return timedelta(minutes=self.minutes)

    def begins(self, joins: Iterable[datetime]) -> datetime | None:
        """The first join of the first stretch that is a flood; None: there is none."""
        times = sorted(joins)
        for first, last in zip(times, times[self.joins - 1 :], strict=False):
            if last - first <= self.window:
                return first
        return None

    def is_over(self, last_join: datetime, at: datetime) -> bool:
        """Whether nobody has joined for long enough."""
        return at - last_join >= timedelta(minutes=self.quiet_minutes)
