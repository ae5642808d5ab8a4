"""Reads of the ways into groups: doors, codes, who waits."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet, Sum

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from groupops.messaging.models import Binding
from members import holding
from members.entering import WARN_AHEAD, Door, WaitingState
from members.models import CodeDay, Entrance, JoinCode, JoinTarget, Membership, Picture, Waiting

SHOWN_DAYS = 30


def doors(found: Collection[Group]) -> dict[int, Door]:
    """The door of each of these groups, by the group's pk; their kinds at hand. Five queries, however many groups."""
    rows = list(found)
    entrances = Entrance.objects.in_bulk([group.pk for group in rows])
    rooms = {row.group_id: row for row in Binding.objects.filter(group__in=rows).select_related("connection")}
    ranges, held = groups.size_ranges(rows), holding.held([group.pk for group in rows])
    made = [_door(group, entrances.get(group.pk), rooms.get(group.pk), ranges[group.pk].high) for group in rows]
    return {door.group_id: replace(door, held=door.group_id in held) for door in made}


def _door(group: Group, entrance: Entrance | None, room: Binding | None, high: int) -> Door:
    given = entrance or Entrance(group=group)
    return Door(
        group_id=group.pk,
        members=group.member_count,
        most=given.most or high,
        link=given.link or (platform_link(room) if room else ""),
        steps=given.steps,
        picture=given.picture_id is not None,
        picture_until=given.picture_until,
        active=group.lifecycle == Lifecycle.ACTIVE and not group.sandbox,
        shut=given.shut,
    )


def platform_link(room: Binding) -> str:
    """Where the platform itself lets people in, by the id of the room; empty where it has no such address."""
    if room.connection.adapter == "matrix":
        return f"https://matrix.to/#/{quote(room.remote_id, safe='!:.-_')}"
    if room.connection.adapter == "memory" and settings.FAKE_PLATFORM_URL:
        return f"{settings.FAKE_PLATFORM_URL}/rooms/{quote(room.remote_id, safe='')}"
    return ""


def codes_for(user: User) -> QuerySet[JoinCode]:
    """The codes of which the user may see every group: one that leads elsewhere too would tell of groups they do not know."""
    foreign = JoinTarget.objects.exclude(group__in=access.visible_to(user))
    targets = JoinTarget.objects.select_related("group__kind").order_by("position")
    rows = JoinCode.objects.exclude(pk__in=foreign.values("code")).select_related("source")
    return rows.prefetch_related(Prefetch("targets", targets))


def code_at(address: str) -> JoinCode | None:
    """The code of a public address with its groups in order; None of one that is unknown or archived."""
    targets = JoinTarget.objects.select_related("group__kind").order_by("position")
    return JoinCode.objects.filter(code=address, archived=False).prefetch_related(Prefetch("targets", targets)).first()


def may(user: User, right: GroupRight, code: JoinCode) -> bool:
    """Whether `user` has `right` on every group of the code."""
    found = [target.group for target in code.targets.all()]
    return all(right in given for given in access.rights_on(user, found).values())


def opens(codes: Iterable[JoinCode], until: date) -> dict[int, list[int]]:
    """How often each code was opened a day, of the last SHOWN_DAYS days, oldest first; one query."""
    first = until - timedelta(days=SHOWN_DAYS - 1)
    found = {code.pk: [0] * SHOWN_DAYS for code in codes}
    for code, day, count in CodeDay.objects.filter(code__in=list(found), day__gte=first, day__lte=until).values_list(
        "code", "day", "opens"
    ):
        found[code][(day - first).days] = count
    return found


def turned_away(code: JoinCode) -> int:
    """How often all groups of a code were full when somebody came, since it was made."""
    return CodeDay.objects.filter(code=code).aggregate(n=Sum("turned_away"))["n"] or 0


def came_lately(code: JoinCode, at: datetime) -> int | None:
    """How many came into the code's groups from its source within SHOWN_DAYS days; None where it has no source."""
    if code.source_id is None:
        return None
    since = at - timedelta(days=SHOWN_DAYS)
    return Membership.objects.filter(source=code.source_id, group__join_targets__code=code, joined_at__gte=since).count()


def waiting_counts(codes: Iterable[JoinCode]) -> dict[int, int]:
    """How many wait for each code; one query."""
    rows = Waiting.objects.filter(code__in=[code.pk for code in codes], state__in=[WaitingState.WAITING, WaitingState.CALLED])
    return dict(rows.order_by().values("code").annotate(n=Count("pk")).values_list("code", "n"))


def waiting_for(user: User) -> QuerySet[Waiting]:
    """Who waits for the codes that a user may see."""
    foreign = JoinTarget.objects.exclude(group__in=access.visible_to(user))
    return Waiting.objects.exclude(code__in=foreign.values("code")).select_related("code", "group")


def place(row: Waiting) -> int:
    """How many stand before somebody in the line of their code, and one."""
    before = Waiting.objects.filter(code=row.code_id, state=WaitingState.WAITING)
    return before.filter(created_at__lt=row.created_at).count() + before.filter(created_at=row.created_at, pk__lt=row.pk).count() + 1


def to_tell(user: User) -> QuerySet[Waiting]:
    """For whom there is room and whom nobody has told yet, in the groups a user may care for; the first called first."""
    mine = access.groups_with(user, GroupRight.CARE)
    rows = waiting_for(user).filter(state=WaitingState.CALLED, told_at=None, group__in=mine)
    return rows.order_by("called_at", "pk")


def expiring(at: datetime) -> QuerySet[Entrance]:
    """Entrances of active groups whose picture has expired or soon will."""
    rows = Entrance.objects.filter(picture_until__lte=at + WARN_AHEAD, group__lifecycle=Lifecycle.ACTIVE, group__sandbox=False)
    return rows.select_related("group").order_by("picture_until", "pk")


def shown_picture(pk: int) -> Picture | None:
    """A picture that some entrance shows now; None while the group's ways in are held."""
    row = Picture.objects.filter(pk=pk, entrances__isnull=False).prefetch_related("entrances").first()
    places = [entrance.group_id for entrance in row.entrances.all()] if row else []
    return None if row is None or set(places) <= holding.held(places) else row
