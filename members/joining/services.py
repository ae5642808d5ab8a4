"""Every write of codes and entrances. The line of those who wait has a module of its own: members.joining.waiting."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.record.models import Alarm
from groupops.shared import bulk
from groupops.shared.errors import Conflict, Invalid
from members import pictures
from members.entering import PICTURE_LASTS
from members.joining import queries
from members.models import CodeDay, Entrance, JoinCode, JoinTarget, Picture, Source

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another
FAMILY = "entrance:"
ENTRANCE = ("link", "steps", "picture_until", "most", "shut")
CODE = ("name", "source", "pitch")
EXPIRES = gettext_noop("%(group)s: the picture of the QR code expires on %(day)s.")


class CodeTaken(Conflict):
    """Another code has this address."""


class Outdated(Conflict):
    """Somebody else has changed it since the form was opened."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed it meanwhile. Open it again and repeat your change."))


def keep_picture(*, content: bytes, at: datetime) -> Picture:
    """The picture of an upload. Raises pictures.NoPicture."""
    found = pictures.measure(content)
    digest = hashlib.sha256(content).hexdigest()
    return Picture.objects.create(content=content, mime=found.mime, digest=digest, width=found.width, height=found.height, created_at=at)


def save_entrance(
    *, group: Group, version: int, values: dict[str, Any], picture: bytes | None, without: bool, by: User, at: datetime
) -> Entrance:
    """How one comes into the group. A new picture lasts seven days unless a date is given; `without` takes the picture away."""
    access.demand(by, GroupRight.EDIT, group)
    with transaction.atomic():
        Entrance.objects.get_or_create(group=group)
        row = Entrance.objects.select_for_update().get(group=group)
        if row.version != version:
            raise Outdated
        before = {name: _plain(getattr(row, name)) for name in ENTRANCE} | {"picture": row.picture_id is not None}
        for name in ENTRANCE:
            setattr(row, name, values[name])
        if picture is not None:
            row.picture = keep_picture(content=picture, at=at)
            row.picture_until = row.picture_until or at + PICTURE_LASTS
        elif without:
            row.picture = None
        if row.picture_id is None:
            row.picture_until = None
        row.version += 1
        row.save()
        after = {name: _plain(getattr(row, name)) for name in ENTRANCE} | {"picture": row.picture_id is not None}
        was, now = record.differing(before, after)
        record.audit(by=by, verb="entrance.save", target=group, at=at, group_id=group.pk, before=was, after=now)
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def create_code(
    *,
    code: str,
    groups: Sequence[Group],
    name: str,
    source: Source | None,
    pitch: str,
    alone: bool = False,
    by: User | None,
    at: datetime,
) -> JoinCode:
    """A code that leads to these groups, in this order. An empty `code` gets an address of eight letters."""
    _demand(by, groups)
    made = {"name": name, "source": source, "pitch": pitch, "alone": alone, "created_at": at, "created_by": by}
    row = JoinCode(code=code or get_random_string(8, LETTERS), **made)
    try:
        with transaction.atomic():
            row.save()
            _lead(row, groups)
            after = {"code": row.code, "name": name, "groups": [group.name for group in groups]}
            record.audit(by=by, verb="code.create", target=row, at=at, after=after)
    except IntegrityError:
        raise CodeTaken(_("Another code has this address. Choose another."), field="code") from None
    return row


def update_code(
    *,
    code: JoinCode,
    version: int,
    groups: Sequence[Group],
    name: str,
    source: Source | None,
    pitch: str,
    alone: bool = False,
    by: User,
    at: datetime,
) -> JoinCode:
    """Other words, another source, other groups. The address stays: it is printed somewhere."""
    _demand(by, groups)
    with transaction.atomic():
        row = _changeable(code, by)
        if row.version != version:
            raise Outdated
        before = _told(row)
        row.name, row.source, row.pitch, row.alone, row.version = name, source, pitch, alone, row.version + 1
        row.save()
        row.targets.all().delete()
        _lead(row, groups)
        was, now = record.differing(before, _told(row))
        record.audit(by=by, verb="code.update", target=row, at=at, before=was, after=now)
    return row


def archive_code(*, code: JoinCode, archived: bool, by: User, at: datetime) -> None:
    """The address opens nothing any more, or does again; nothing where it was so already."""
    with transaction.atomic():
        row = _changeable(code, by)
        if row.archived != archived:
            row.archived = archived
            row.save(update_fields=["archived"])
            record.audit(by=by, verb="code.archive" if archived else "code.restore", target=row, at=at)


def count_open(*, code: JoinCode, day: date, full: bool) -> None:
    """Somebody opened the page. The day and the number are all that is kept."""
    bulk.add(CodeDay, ["code", "day"], ["opens", "turned_away"], [(code.pk, day, 1, int(full))])


def watch_pictures(*, at: datetime) -> tuple[int, int]:
    """An alarm for each picture that expires within two days or has expired; closed when it was replaced. A constant number of queries."""
    wanted = [_alarm(row, at) for row in queries.expiring(at)]
    return record.keep_alarms(family=FAMILY, wanted=wanted, at=at)


def _alarm(row: Entrance, at: datetime) -> record.Standing:
    until = row.picture_until or at
    return record.Standing(
        key=f"{FAMILY}{row.group_id}:{until:%Y%m%d%H}",
        severity=Alarm.Severity.CRITICAL if until <= at else Alarm.Severity.WARNING,
        text=EXPIRES,
        params={"group": row.group.name, "day": f"{until:%Y-%m-%d}"},
        url=reverse("members:entrance", args=[row.group_id]),
        group_id=row.group_id,
    )


def _demand(by: User | None, groups: Sequence[Group]) -> None:
    if not groups:
        raise Invalid(_("Choose at least one group."), field="groups")
    for group in groups if by else []:
        access.demand(by, GroupRight.EDIT, group)  # type: ignore[arg-type]


def _changeable(code: JoinCode, by: User) -> JoinCode:
    """The code, locked, if `by` may change every group it leads to now."""
    row = JoinCode.objects.select_for_update().get(pk=code.pk)
    for group in Group.objects.filter(join_targets__code=row):
        access.demand(by, GroupRight.EDIT, group)
    return row


def _told(row: JoinCode) -> dict[str, Any]:
    groups = list(row.targets.order_by("position").values_list("group__name", flat=True))
    return {"name": row.name, "source": str(row.source or ""), "pitch": row.pitch, "alone": row.alone, "groups": groups}


def _lead(row: JoinCode, groups: Sequence[Group]) -> None:
    JoinTarget.objects.bulk_create([JoinTarget(code=row, group=group, position=n) for n, group in enumerate(groups, 1)])
