"""Kinds of post, states, when a schedule's slots fall (wall-clock rules in the group's zone), and what becomes of a late one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groupops.shared.wall import wall_moment as wall_moment

HORIZON = timedelta(days=8)  # slots are rows this far ahead
LOOK_AHEAD = timedelta(days=800)  # how far a preview searches for the next days; any rule that falls at all falls within two years
REACH = timedelta(days=3660)  # a schedule begins and ends no further away than this
# Source: guarantees, §2: automatic greetings lapse after 10 minutes, announcements go once within 2 hours.
LATE = {"greeting": timedelta(minutes=10), "announcement": timedelta(hours=2)}
LATE_OTHERWISE = timedelta(minutes=60)


class PostKind(TextChoices):
    """What sort of post (design: kinds of post)."""

    MESSAGE = "message", _("Message")
    ANNOUNCEMENT = "announcement", _("Announcement")
    TOPIC = "topic", _("Topic")
    QUESTION = "question", _("Question round")
    DIGEST = "digest", _("Digest")
    PROMOTION = "promotion", _("Promotion")
    GREETING = "greeting", _("Greeting")


class PostState(TextChoices):
    """Where a post is: draft → review → approved → scheduled → sent. Approved and not scheduled is held: it does not leave by itself."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    APPROVED = "approved", _("Approved")
    SCHEDULED = "scheduled", _("Scheduled")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


RESENDABLE = (PostState.MISSED, PostState.FAILED)  # known not to be in the room: a person may send it anew


class SlotState(TextChoices):
    """Where an occurrence of a schedule is."""

    PLANNED = "planned", _("Planned")
    RELEASED = "released", _("Released")
    SKIPPED = "skipped", _("Skipped")
    MISSED = "missed", _("Missed")


class Why(TextChoices):
    """Why a slot was skipped or missed, or left otherwise than planned. A code, so that each reader gets it in their language."""

    NONE = "", ""
    PERSON = "person", _("Skipped by a person.")
    DISABLED = "disabled", _("The schedule was switched off before it left.")
    MOVED = "moved", _("The schedule was moved to a time that had already passed on this day.")
    INACTIVE = "inactive", _("The group was not active.")
    PAUSED = "paused", _("The group was paused.")
    LATE = "late", _("It was found too late to send it on its own.")
    ASK = "ask", _("It was found too late; a person decides whether it still goes out.")
    LEFT = "left", _("It was too late, and a person decided to leave it.")
    SENT_LATE = "sent_late", _("It was late and went out once, on the same day.")
    BY_HAND = "by_hand", _("It was too late, and a person sent it.")
    UNAPPROVED = "unapproved", _("The text written for this day was not approved in time.")


class CatchUp(TextChoices):
    """What happens to a slot that is found later than its kind allows (see `lapse`). One slot a day, so "all" would be "once"."""

    SKIP = "skip", _("Skip")
    ONCE_LATE = "once_late", _("Send once, late")
    ASK = "ask", _("Ask a person")


class Holidays(TextChoices):
    """What the official Chinese calendar means for a rule (seed: 节假日期间)."""

    USUAL = "usual", _("As on any day")
    SILENT = "silent", _("Silent on public holidays")
    CALENDAR = "calendar", _("Holidays count as weekend, make-up days as workdays")
    FESTIVAL = "festival", _("Only on festivals")


@dataclass(frozen=True)
class Rule:
    """A wall-clock rule. `weekdays` is a mask: bit 0 is Monday."""

    weekdays: int
    at: time
    zone: str
    start: date
    end: date | None = None
    skip: frozenset[date] = frozenset()

    def falls_on(self, day: date) -> bool:
        """Whether the rule has a slot on the local day."""
        inside = self.start <= day and (self.end is None or day <= self.end)
        return inside and bool(self.weekdays >> day.weekday() & 1) and day not in self.skip

    def moment(self, day: date) -> datetime:
        """The moment of the local day's slot, in UTC: a gap moves to the first valid minute, an overlap takes the first."""
        return wall_moment(day, self.at, self.zone)

    def days(self, first: date, last: date) -> Iterator[date]:
        """The local days with a slot from `first` to `last`, both included."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if self.falls_on(day):
                yield day

    def first_after(self, moment: datetime) -> date:
        """The first local day whose slot, should the rule fall on it, lies after `moment`: today, or tomorrow when today's time is over."""
        today = local_day(moment, self.zone)
        return today if self.moment(today) > moment else today + timedelta(days=1)

    def upcoming(self, moment: datetime, count: int = 5) -> list[tuple[date, datetime]]:
        """The next `count` slots after `moment`: (local day, moment in UTC)."""
        first = max(self.start, self.first_after(moment))
        if first - local_day(moment, self.zone) > REACH:  # the calendar itself ends somewhere
            return []
        return [(day, self.moment(day)) for day in islice(self.days(first, first + LOOK_AHEAD), count)]

    def without_skips(self) -> "Rule":
        """The same rule with no day left out."""
        return replace(self, skip=frozenset())


def local_day(moment: datetime, zone: str) -> date:
    """The date that the wall calendar of `zone` shows."""
    return moment.astimezone(ZoneInfo(zone)).date()


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


WORKDAYS, WEEKEND, EVERY_DAY = 0b0011111, 0b1100000, 0b1111111
DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
MASKS = {WORKDAYS: _("Workdays"), WEEKEND: _("Weekends"), EVERY_DAY: _("Every day")}


def describe(mask: int) -> str:
    """The days of a mask in words: a name for the usual ones, else the days."""
    return str(MASKS.get(mask, "")) or " ".join(str(DAYS[day - 1]) for day in weekdays_of(mask))


def mask_of(weekdays: list[int]) -> int:
    """The mask of ISO weekdays (Monday is 1)."""
    return sum(1 << day - 1 for day in set(weekdays))


def weekdays_of(mask: int) -> list[int]:
    """The ISO weekdays of a mask."""
    return [day for day in range(1, 8) if mask >> day - 1 & 1]
