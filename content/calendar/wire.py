"""An entry as the grid of the page and the API carry it."""

from collections.abc import Container
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from content.calendar.entries import Entry, Part, Source
from content.policy import PostKind, PostState, SlotState, Why
from groupops.shared.templatetags.ui import state_colour

STATES: dict[str, Any] = {**dict(SlotState.choices), **dict(PostState.choices)}
OPEN = (SlotState.PLANNED, PostState.DRAFT, PostState.REVIEW, PostState.APPROVED, PostState.SCHEDULED)  # can still be moved
IN_LEGEND = ("draft", "review", "approved", "scheduled", "sent", "failed", "skipped")
NO_DAY = date(2000, 1, 1)  # stands in the pattern of an address
NAMES = {Source.SLOT: "content:calendar-slot", Source.POST: "content:calendar-post", Source.PLAN: "content:calendar-plan"}


class Addresses:
    """The addresses of entries; reversed once, because a month has hundreds of them."""

    def __init__(self, filters: dict[str, str] | None = None) -> None:
        self.slot, self.post = (reverse(NAMES[source], args=[0]) for source in (Source.SLOT, Source.POST))
        self.plan = reverse(NAMES[Source.PLAN], args=[0, NO_DAY])
        self.together = reverse("content:calendar-together")
        self.filters = filters or {}

    def of(self, entry: Entry) -> str:
        """Where the entry is looked at."""
        part = entry.single
        if part is None:
            asked = {"at": entry.due_at.astimezone(UTC).isoformat(), "title": entry.title, "of": entry.first.kind}
            return f"{self.together}?{urlencode(asked | self.filters)}"
        if part.source == Source.PLAN:
            return self.plan.replace("/0/", f"/{part.pk}/").replace(str(NO_DAY), str(part.day))
        return (self.slot if part.source == Source.SLOT else self.post).replace("/0/", f"/{part.pk}/")


def key_of(entry: Entry) -> str:
    """What names an entry as long as it stands where it stands."""
    part = entry.first
    day = f"-{part.day}" if part.source == Source.PLAN else ""
    return f"{part.source}-{part.pk}{day}" if entry.single else f"many-{part.source}-{part.pk}{day}"


def movable(entry: Entry, writable: Container[int], at: datetime) -> bool:
    """Whether a drag makes sense: one group's, still open, ahead, and the reader plans content there. The service decides again."""
    part = entry.single
    return part is not None and part.state in OPEN and part.due_at > at and part.group in writable


def plain(entry: Entry, addresses: Addresses, writable: Container[int], at: datetime) -> dict[str, Any]:
    """The entry as JSON."""
    part = entry.single
    return {
        "key": key_of(entry),
        "due_at": entry.due_at.astimezone(UTC).isoformat(),
        "title": title_of(entry),
        "kind": entry.first.kind,
        "source": entry.first.source,
        "state": entry.state,
        "label": words(entry),
        "colour": colour(entry.state),
        "why": entry.why,
        "states": entry.states,
        "count": entry.count,
        "group": part.group if part else None,
        "group_name": part.group_name if part else "",
        "slot": _pk(part, Source.SLOT),
        "post": _pk(part, Source.POST),
        "schedule": _pk(part, Source.PLAN),
        "day": part.day.isoformat() if part and part.day else None,
        "url": addresses.of(entry),
        "movable": movable(entry, writable, at),
    }


def _pk(part: Part | None, source: Source) -> int | None:
    return part.pk if part and part.source == source else None


def words(entry: Entry) -> str:
    """The states of an entry in words: "已发送", or "18 已发送 · 2 发送失败"."""
    if len(entry.states) == 1:
        return " · ".join(filter(None, [state_words(entry.state, entry.first.source), why_words(entry.why)]))
    return " · ".join(f"{count} {STATES[state]}" for state, count in entry.states.items())


def state_words(state: str, source: Source | None = None) -> str:
    """A state in words; approved and not on its way is held."""
    if source == Source.PLAN and state == SlotState.PLANNED:
        return _("By plan")
    return _("Approved, held") if state == PostState.APPROVED else str(STATES[state])


def why_words(why: str) -> str:
    """A reason in words; ahead of its time as it stands."""
    return str({Why.PAUSED: _("the group is paused"), Why.INACTIVE: _("the group is not active")}.get(why) or Why(why).label)  # type: ignore[call-overload]


def colour(state: str) -> str:
    """What leaves by itself has one colour, planned or scheduled; what is held waits for somebody."""
    return {SlotState.PLANNED: "blue", PostState.APPROVED: "yellow"}.get(state) or state_colour(state)  # type: ignore[call-overload]


def legend() -> list[dict[str, str]]:
    """Every way an entry is drawn, in words."""
    drawn = [(Source.PLAN, SlotState.PLANNED), (Source.SLOT, SlotState.PLANNED), *((Source.POST, state) for state in IN_LEGEND)]
    return [{"source": source, "state": state, "colour": colour(state), "label": state_words(state, source)} for source, state in drawn]


def title_of(entry: Entry) -> str:
    """Its title; where groups have different ones, its kind."""
    return entry.title or kind_words(entry.first.kind)


def kind_words(kind: str) -> str:
    """A kind of post in words."""
    return str(PostKind(kind).label)
