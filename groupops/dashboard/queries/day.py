"""The strip of the day: every slot of today over all groups a person sees, the same time and title as one mark with a count."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from content import queries as content
from content.models import Slot
from content.policy import PostState, SlotState
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.policy import Lifecycle
from groupops.shared import clock
from groupops.shared.wall import wall_moment

MOST_AN_HOUR = 4  # marks that are shown of one hour; the others are counted
MOST = 200  # marks of one day; beyond, the day is not read at a glance anyway
SENT, WAITING, PLANNED, MISSED = "sent", "waiting", "planned", "missed"
OUTCOMES = (MISSED, WAITING, PLANNED, SENT)  # the worst first: it gives a mark its colour
LABELS = {SENT: _("Sent"), WAITING: _("Waiting"), PLANNED: _("Planned"), MISSED: _("Missed")}
TONES = {SENT: "green", WAITING: "blue", PLANNED: "yellow", MISSED: "red"}
OF_POST = {PostState.SENT: SENT, PostState.FAILED: MISSED, PostState.MISSED: MISSED, PostState.CANCELLED: ""}


@dataclass
class Mark:
    """One title at one time: in how many groups, and how they stand by outcome."""

    at: datetime
    title: str
    schedule: int  # one of them
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def groups(self) -> int:
        """In how many groups."""
        return self.counts.total()

    @property
    def url(self) -> str:
        """Its schedule where it is one, else the calendar."""
        return reverse("content:schedule", args=[self.schedule]) if self.groups == 1 else reverse("content:calendar")

    @property
    def outcome(self) -> str:
        """The worst of them."""
        return next(outcome for outcome in OUTCOMES if self.counts[outcome])

    @property
    def tone(self) -> str:
        """Its colour."""
        return TONES[self.outcome]

    @property
    def words(self) -> str:
        """How many stand how, in words."""
        return ", ".join(f"{LABELS[outcome]} {self.counts[outcome]}" for outcome in OUTCOMES if self.counts[outcome])

    @property
    def bars(self) -> list[tuple[str, float, float]]:
        """The outcomes as a bar of 100: (colour, from, width)."""
        left, found = 0.0, []
        for outcome in reversed(OUTCOMES):
            if width := 100 * self.counts[outcome] / self.groups:
                found.append((TONES[outcome], round(left, 2), round(width, 2)))
                left += width
        return found


@dataclass
class Hour:
    """One hour of the day with its marks."""

    start: datetime
    now: bool
    over: bool
    marks: list[Mark] = field(default_factory=list)

    @property
    def shown(self) -> list[Mark]:
        """As many as fit."""
        return self.marks[:MOST_AN_HOUR]

    @property
    def beyond(self) -> int:
        """How many do not."""
        return max(0, len(self.marks) - MOST_AN_HOUR)


def hours(user: User, at: datetime) -> list[Hour]:
    """The 24 wall-clock hours of today in the person's zone, each with its marks. One query."""
    today = clock.local(at, user.zone)
    found = [_hour(today, hour) for hour in range(24)]
    end = wall_moment(today.date() + timedelta(days=1), time(), user.zone)
    for mark in _marks(user, wall_moment(today.date(), time(), user.zone), end):
        found[clock.local(mark.at, user.zone).hour].marks.append(mark)
    return found


def themes(user: User, at: datetime) -> list[tuple[str, int]]:
    """What today, by the person's clock, is about in the active groups they see: (theme, in how many groups). Two queries."""
    groups = content.placed(access.visible_to(user).filter(lifecycle=Lifecycle.ACTIVE))
    today = clock.local(at, user.zone).date()
    return content.themes_on(groups, [today]).get(today, [])


def _hour(here: datetime, hour: int) -> Hour:
    return Hour(start=here.replace(hour=hour, minute=0, second=0, microsecond=0), now=hour == here.hour, over=hour < here.hour)


def _marks(user: User, start: datetime, end: datetime) -> Iterable[Mark]:
    rows = (
        Slot.objects.filter(schedule__group__in=access.visible_to(user), schedule__group__lifecycle=Lifecycle.ACTIVE)
        .filter(due_at__gte=start, due_at__lt=end)
        .exclude(state=SlotState.SKIPPED)
        .values("due_at", "schedule__title", "state", "post__state")
        .annotate(n=Count("pk"), schedule=Min("schedule"))
        .order_by("due_at", "schedule__title")[: MOST * 4]
    )
    found: dict[tuple[datetime, str], Mark] = {}
    for row in rows:
        if outcome := _outcome(row["state"], row["post__state"]):
            key = (row["due_at"], row["schedule__title"])
            mark = found.setdefault(key, Mark(*key, schedule=row["schedule"]))
            mark.counts[outcome] += row["n"]
    return list(found.values())[:MOST]


def _outcome(slot: str, post: str | None) -> str:
    """How a slot stands; empty for one that was taken back."""
    if slot == SlotState.MISSED:
        return MISSED
    if slot == SlotState.PLANNED:
        return PLANNED
    return OF_POST.get(PostState(post), WAITING) if post else WAITING
