"""The calendar as other programs read it (iCalendar): one event for each entry, in the zone of its group."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from content.calendar import Entry, Source, Window, spread
from content.calendar.wire import Addresses, kind_words, title_of, words
from content.forms.calendar import FEW
from content.models import FeedKey, Post, Slot
from content.policy import PostState, SlotState, local_day
from groupops.accounts.models import User
from groupops.groups import access
from groupops.shared import links

PURPOSE = "calendar feed"
BEHIND, AHEAD = timedelta(days=14), timedelta(days=47)
LASTS = timedelta(minutes=15)  # a message has no length, a calendar wants one
KEPT = 400 * 86400  # seconds for which it is remembered since when a feed reads as it does
STATUS: dict[str, str] = {
    PostState.DRAFT: "TENTATIVE",
    PostState.REVIEW: "TENTATIVE",
    PostState.APPROVED: "TENTATIVE",
    PostState.CANCELLED: "CANCELLED",
    SlotState.SKIPPED: "CANCELLED",
}


@dataclass(frozen=True)
class Feed:
    """What is answered, and since when it reads like this."""

    body: bytes
    etag: str
    since: datetime


def link_of(feed: FeedKey, group_id: int | None) -> str:
    """The signed part of the address of a user's calendar, of one group or of all they may see."""
    return links.sign(PURPOSE, [feed.user_id, group_id or 0], key=feed.key)


def reader(text: str) -> tuple[User, int] | None:
    """Whose link it is and of which group (0: all); None of one that is damaged, was renewed, or whose user is no longer active."""
    found = links.read(PURPOSE, text)
    if found is None:
        return None
    (user_id, group_id), key = found
    feed = FeedKey.objects.select_related("user").filter(user=user_id, user__is_active=True).first()
    return (feed.user, group_id) if feed is not None and links.holds(key, feed.key) else None


def feed_of(user: User, group_id: int, *, at: datetime) -> Feed | None:
    """What the user may see now, from two weeks ago to 47 days ahead; None when it is of a group they may not see."""
    groups = access.visible_to(user, sandboxes=bool(group_id))
    name = _("Group calendar")
    if group_id:
        group = groups.filter(pk=group_id).first()
        if group is None:
            return None
        groups, name = groups.filter(pk=group_id), group.name
    window = Window(
        groups, local_day(at - BEHIND, user.zone), local_day(at + AHEAD, user.zone), user.zone, cancelled=True, coarse=groups.count() > FEW
    )
    entries = spread(window, at=at).entries
    etag = hashlib.sha256(_written(entries, name, user, bool(group_id), None)).hexdigest()[:32]
    since = _since(user, group_id, etag, at)
    return Feed(_written(entries, name, user, bool(group_id), since), etag, since)


def _since(user: User, group_id: int, etag: str, at: datetime) -> datetime:
    """When it was first seen to read like this: posts and slots carry no time of their last change."""
    key = f"feed {user.pk} {group_id}"
    known: tuple[str, datetime] | None = cache.get(key)
    if known is None or known[0] != etag:
        known = (etag, at.replace(microsecond=0))
        cache.set(key, known, KEPT)
    return known[1]


def _written(entries: list[Entry], name: str, user: User, alone: bool, stamp: datetime | None) -> bytes:
    calendar, addresses, names = Calendar(), Addresses(), _names(entries)
    calendar.add("prodid", "-//GroupOps//calendar//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", user.zone)
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        event = _event(entry, addresses.of(entry), user.zone, alone)
        event.add("uid", f"{_name(entry, names)}@{urlsplit(settings.PUBLIC_URL).hostname}")
        if stamp is not None:
            event.add("dtstamp", stamp)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, path: str, zone: str, alone: bool) -> Event:
    part, event = entry.single, Event()
    start = entry.due_at.astimezone(ZoneInfo(part.zone if part else zone))
    where = part.group_name if part else f"×{entry.count}"
    url = settings.PUBLIC_URL + path
    event.add("summary", entry.title if alone else f"{title_of(entry)} · {where}")
    event.add("description", f"{kind_words(entry.first.kind)} · {words(entry)}\n{where}\n{url}")
    event.add("dtstart", start)
    event.add("dtend", start + LASTS)
    event.add("status", STATUS.get(entry.state, "CONFIRMED"))
    event.add("transp", "TRANSPARENT")
    event.add("url", url)
    return event


def _names(entries: list[Entry]) -> dict[tuple[Source, int], str]:
    """What the events of single groups are called for ever, in two queries.

    An occurrence keeps its name while the rule only promises it, when it is a row, when it is moved, and when it has become a post.
    """
    alone = [entry.first for entry in entries if entry.single]
    slots = Slot.objects.filter(pk__in=[part.pk for part in alone if part.source == Source.SLOT])
    posts = Post.objects.filter(pk__in=[part.pk for part in alone if part.source == Source.POST]).exclude(slot=None)
    names = {(Source.SLOT, pk): f"slot-{schedule}-{day}" for pk, schedule, day in slots.values_list("pk", "schedule", "day")}
    led = posts.values_list("pk", "slot__schedule", "slot__day")
    return names | {(Source.POST, pk): f"slot-{schedule}-{day}" for pk, schedule, day in led}


def _name(entry: Entry, names: dict[tuple[Source, int], str]) -> str:
    part = entry.first
    if entry.count > 1:
        same = f"{entry.due_at.isoformat()} {entry.title} {part.kind}"
        return f"many-{hashlib.sha256(same.encode()).hexdigest()[:24]}"
    if part.source == Source.PLAN:
        return f"slot-{part.pk}-{part.day}"
    return names.get((part.source, part.pk), f"post-{part.pk}")
