"""What stands in a window: slots without a post, posts, and what the rules promise behind the rows. Added up by the database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, DateField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value, When

from content.calendar.entries import Entry, Part, Source, merged
from content.calendar.fate import Doomed, becomes, doomed
from content.calendar.window import DAY, Window
from content.models import Post, Schedule, Slot
from content.policy import PostState, SlotState
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle

MOST = 2000  # entries of one source; behind it a calendar says that there are more
MOST_RULES = 400  # different rules looked at behind the rows
# Of slots that were not released: no post stands for it. A cancelled one makes room; one that was handed over has released its slot.
UNSPOKEN = ~Exists(Post.objects.filter(slot=OuterRef("pk"), released_at=None).exclude(state=PostState.CANCELLED))
OVER = (SlotState.SKIPPED, SlotState.MISSED, PostState.MISSED)
ROOM = ("count", "first_pk", "first_group")


@dataclass(frozen=True)
class Spread:
    """The entries of a window, by time, and whether there were more than a calendar can show."""

    entries: list[Entry]
    truncated: bool


def spread(window: Window, *, at: datetime) -> Spread:
    """Everything in the window: ten queries, however many groups."""
    fates = doomed(window)
    slots, posts, rules = _slots(window, fates), _posts(window, fates), _rules(window, fates)
    parts = [*map(_slot_part, slots[:MOST]), *map(_post_part, posts[:MOST]), *_promised(rules[:MOST_RULES], window, at)]
    kept = _named(part for part in parts if window.state in ("", part.state))
    return Spread(merged(kept, coarse=window.coarse), len(slots) > MOST or len(posts) > MOST or len(rules) > MOST_RULES)


def _named(parts: Iterable[Part]) -> list[Part]:
    """The parts of one group with its name and zone: nobody is told those of the first of many."""
    known = list(parts)
    alone = {part.group for part in known if part.count == 1}
    rooms = {pk: (name, zone) for pk, name, zone in Group.objects.filter(pk__in=alone).values_list("pk", "name", "zone")}
    whys = _whys(known)
    return [
        replace(part, group_name=rooms[part.group][0], zone=rooms[part.group][1], why=part.why or whys.get((part.source, part.pk), ""))
        if part.count == 1
        else part
        for part in known
    ]


def _whys(parts: list[Part]) -> dict[tuple[Source, int], str]:
    """Why slots and posts of one group alone were skipped or missed."""
    found: dict[tuple[Source, int], str] = {}
    for source, model in ((Source.SLOT, Slot), (Source.POST, Post)):
        pks = [part.pk for part in parts if part.source == source and part.count == 1 and part.state in OVER and not part.why]
        if pks:
            found |= {(source, pk): why for pk, why in model._default_manager.filter(pk__in=pks).values_list("pk", "why")}
    return found


def _slots(window: Window, fates: Doomed) -> list[dict[str, Any]]:
    """Slots that no post stands for, by moment, title, kind and state."""
    found = Slot.objects.filter(
        UNSPOKEN, ~Q(state=SlotState.RELEASED), schedule__group__in=window.groups, due_at__gte=window.since, due_at__lt=window.until
    )
    if window.post_kind:
        found = found.filter(schedule__kind=window.post_kind)
    titled = {} if window.coarse else {"title": F("schedule__title")}
    rows = found.values("due_at", "state", kind=F("schedule__kind"), **titled, **fates.column("schedule__group"))
    return _limited(_counted(rows, "schedule__group", "schedule__title", window).annotate(first_day=Min("day")), MOST)


def _posts(window: Window, fates: Doomed) -> list[dict[str, Any]]:
    found = Post.objects.filter(group__in=window.groups, due_at__gte=window.since, due_at__lt=window.until)
    if window.post_kind:
        found = found.filter(kind=window.post_kind)
    if not window.cancelled and window.state != PostState.CANCELLED:
        found = found.exclude(state=PostState.CANCELLED)
    rows = found.values("due_at", "state", "kind", *(() if window.coarse else ("title",)), **fates.column("group", posts=True))
    return _limited(_counted(rows, "group", "title", window), MOST)


def _rules(window: Window, fates: Doomed) -> list[dict[str, Any]]:
    """Schedules that go on behind their rows, those of one rule together; a schedule with rows further ahead stands alone."""
    alone = Case(When(pk__in=_ahead(window), then=F("pk")), default=Value(0))
    begin = Case(When(start__lte=window.first - DAY, then=Value(window.first - DAY)), default=F("start"), output_field=DateField())
    finish = Case(When(end__gt=window.last + DAY, then=None), default=F("end"), output_field=DateField())
    found = Schedule.objects.filter(
        enabled=True, group__in=window.groups, group__lifecycle__in=(Lifecycle.ACTIVE, Lifecycle.PAUSED), planned_until__lte=window.last
    )
    if window.post_kind:
        found = found.filter(kind=window.post_kind)
    names = ("kind", "weekdays", "at", "holidays", "skip", "planned_until", *(() if window.coarse else ("title",)))
    rows = found.annotate(alone=alone, begin=begin, finish=finish).values(
        *names, "alone", "begin", "finish", zone=F("group__zone"), **fates.column("group")
    )  # fmt: skip
    return list(_counted(rows, "group", "title", window).order_by("first_pk")[: MOST_RULES + 1])


def _ahead(window: Window) -> list[int]:
    """The schedules with rows behind their horizon, because a person wrote or moved one; few. None lies before the nearest horizon."""
    nearest = Schedule.objects.aggregate(day=Min("planned_until"))["day"]
    if nearest is None:
        return []
    rows = Slot.objects.filter(day__gt=nearest, schedule__planned_until__lt=F("day"), schedule__group__in=window.groups)
    within = rows.filter(due_at__gte=window.since, due_at__lt=window.until)
    return list(within.order_by("schedule").values_list("schedule", flat=True).distinct())


def _limited(rows: Any, most: int) -> list[dict[str, Any]]:
    return list(rows.order_by("due_at", "first_pk")[: most + 1])


def _counted(rows: QuerySet[Any, Any], group: str, title: str, window: Window) -> Any:
    first = {"first_pk": Min("pk"), "first_group": Min(group)}
    titles = {"first_title": Min(title), "last_title": Max(title)} if window.coarse else {}
    return rows.annotate(count=Count("pk"), **first, **titles)


def _slot_part(row: dict[str, Any]) -> Part:
    return _part(row, Source.SLOT, row["due_at"], row["state"], row["first_day"])


def _post_part(row: dict[str, Any]) -> Part:
    return _part(row, Source.POST, row["due_at"], row["state"], None)


def _part(row: dict[str, Any], source: Source, due_at: datetime, state: str, day: date | None) -> Part:
    count, pk, group = (row[key] for key in ROOM)
    title = row["title"] if "title" in row else row["first_title"] if row["first_title"] == row["last_title"] else ""
    state, why = becomes(state, row.get("doom", ""))
    return Part(due_at, title, row["kind"], state, source, count, pk, group, day=day, why=why)


def _promised(rows: list[dict[str, Any]], window: Window, at: datetime) -> Iterator[Part]:
    """The occurrences of each rule behind its rows, as far as they lie ahead."""
    known = set(Slot.objects.filter(schedule__in=[row["alone"] for row in rows if row["alone"]]).values_list("schedule", "day"))
    for row in rows:
        schedule = _schedule_of(row)
        rule, left_out = schedule.rule.without_skips(), schedule.rule.skip
        for day in rule.days(max(row["planned_until"] + DAY, window.first - DAY), window.last + DAY):
            due = rule.moment(day)
            if window.since <= due < window.until and due > at and (row["alone"], day) not in known:
                yield _part(row, Source.PLAN, due, SlotState.SKIPPED if day in left_out else SlotState.PLANNED, day)


def _schedule_of(row: dict[str, Any]) -> Schedule:
    """A schedule that has the row's rule, not to be saved."""
    names = ("weekdays", "at", "holidays", "skip")
    values = {name: row[name] for name in names}
    return Schedule(**values, start=row["begin"], end=row["finish"], group=Group(zone=row["zone"]))


def members_of(window: Window, *, due_at: datetime, title: str, kind: str, at: datetime) -> list[Entry]:
    """The entry at this moment as entries of one group each, in the order of the groups' names; without a title of any title."""
    slots = Slot.objects.exclude(state=SlotState.RELEASED).filter(UNSPOKEN, schedule__group__in=window.groups, due_at=due_at)
    slots = slots.filter(schedule__kind=kind, **({"schedule__title": title} if title else {}))
    posts = Post.objects.exclude(state=PostState.CANCELLED).filter(group__in=window.groups, due_at=due_at, kind=kind)
    posts = posts.filter(title=title) if title else posts
    fates = doomed(window)
    parts = [_fated(_slot_alone(slot), fates) for slot in slots.select_related("schedule__group")[:MOST]]
    parts += [_fated(_post_alone(post), fates) for post in posts.select_related("group")[:MOST]]
    parts += [_fated(part, fates) for part in _promised_alone(window, due_at, title, kind, at)]
    found = (Entry((part,)) for part in parts)
    return sorted(found, key=lambda entry: (entry.first.group_name, entry.first.pk))


def _fated(part: Part, fates: Doomed) -> Part:
    state, why = becomes(part.state, fates.of(part.group, part.pk if part.source == Source.POST else 0))
    return replace(part, state=state, why=why) if why else part


def _slot_alone(slot: Slot) -> Part:
    group, schedule = slot.schedule.group, slot.schedule
    return Part(
        slot.due_at, schedule.title, schedule.kind, slot.state, Source.SLOT, 1, slot.pk, group.pk, group.name, group.zone,
        slot.day, slot.why,
    )  # fmt: skip


def _post_alone(post: Post) -> Part:
    group = post.group
    return Part(
        post.due_at, post.title, post.kind, post.state, Source.POST, 1, post.pk, group.pk, group.name, group.zone, None, post.why
    )  # fmt: skip


def _promised_alone(window: Window, due_at: datetime, title: str, kind: str, at: datetime) -> list[Part]:
    """Every schedule whose rule falls on this very moment and has no row there yet."""
    if due_at <= at:
        return []
    found = Schedule.objects.filter(
        enabled=True, group__in=window.groups, group__lifecycle__in=(Lifecycle.ACTIVE, Lifecycle.PAUSED), kind=kind
    ).exclude(planned_until=None)
    found = found.filter(title=title) if title else found
    behind = [(schedule, day) for schedule in found.select_related("group")[:MOST] if (day := _day_of(schedule, due_at))]
    known = set(Slot.objects.filter(schedule__in=[schedule.pk for schedule, _day in behind]).values_list("schedule", "day"))
    return [
        Part(
            due_at, schedule.title, kind, SlotState.SKIPPED if day in schedule.rule.skip else SlotState.PLANNED, Source.PLAN, 1,
            schedule.pk, schedule.group_id, schedule.group.name, schedule.group.zone, day,
        )
        for schedule, day in behind if (schedule.pk, day) not in known
    ]  # fmt: skip


def _day_of(schedule: Schedule, due_at: datetime) -> date | None:
    """The local day, behind the rows, whose occurrence is at `due_at`."""
    rule = schedule.rule.without_skips()
    near = (due_at.date() + number * DAY for number in (-1, 0, 1))
    return next((day for day in near if day > (schedule.planned_until or day) and rule.falls_on(day) and rule.moment(day) == due_at), None)


def texts_of(entries: list[Entry]) -> list[tuple[Part, Post | Schedule]]:
    """What says the text of each entry of a single group, in three queries."""
    parts = [entry.first for entry in entries]
    pks = {source: [part.pk for part in parts if part.source == source] for source in Source}
    posts = Post.objects.select_related("group").in_bulk(pks[Source.POST])
    led = dict(Slot.objects.filter(pk__in=pks[Source.SLOT]).values_list("pk", "schedule"))
    schedules = Schedule.objects.select_related("group").in_bulk([*led.values(), *pks[Source.PLAN]])

    def of(part: Part) -> Post | Schedule | None:
        if part.source == Source.POST:
            return posts.get(part.pk)
        return schedules.get(led.get(part.pk, 0) if part.source == Source.SLOT else part.pk)

    return [(part, said) for part in parts if (said := of(part)) is not None]
