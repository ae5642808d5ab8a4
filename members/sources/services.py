"""Every write of the sources: the list, and where members came from."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.errors import Conflict
from members.models import Membership, Source
from members.sourcing import Channel

MANY = 1000  # memberships in one go


class NameTaken(Conflict):
    """Another source is called that."""


def save_source(*, source: Source | None, name: str, channel: Channel, note: str, by: User, at: datetime) -> Source:
    """A new source (None), or other words for one."""
    access.demand_on_site(by, Right.MANAGE_POLICY)
    row = source or Source(position=1000)
    before = {"name": row.name, "channel": row.channel, "note": row.note}
    row.name, row.channel, row.note = name, channel, note
    try:
        with transaction.atomic():
            row.save()
            was, now = record.differing(before, {"name": name, "channel": str(channel), "note": note})
            record.audit(by=by, verb="source.update" if source else "source.create", target=row, at=at, before=was, after=now)
    except IntegrityError:
        raise NameTaken(_("Another source has this name."), field="name") from None
    return row


def archive_source(*, source: Source, archived: bool, by: User, at: datetime) -> None:
    """No longer offered, or again; what is known of members stays."""
    access.demand_on_site(by, Right.MANAGE_POLICY)
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        if row.archived != archived:
            row.archived = archived
            row.save(update_fields=["archived"])
            record.audit(by=by, verb="source.archive" if archived else "source.restore", target=row, at=at)


def came_from(*, pks: Collection[int], source: Source | None, by: User, at: datetime) -> list[tuple[int, int | None]]:
    """Note where members came from, by hand (None: nobody knows); returns (membership, its source before) of those that changed.

    Only in groups that `by` may care for. One line of the trail a group.
    """
    groups = access.groups_with(by, GroupRight.CARE, sandboxes=True)
    with transaction.atomic():
        rows = Membership.objects.select_for_update(of=("self",)).filter(pk__in=list(pks)[:MANY], group__in=groups)
        found = [row for row in rows.select_related("group", "source").order_by("pk") if row.source_id != (source.pk if source else None)]
        Membership.objects.filter(pk__in=[row.pk for row in found]).update(source=source)
        for group in {row.group_id: row.group for row in found}.values():
            members = [row.pk for row in found if row.group_id == group.pk]
            after = {"source": str(source or ""), "members": members}
            record.audit(by=by, verb="member.source", target=group, at=at, group_id=group.pk, after=after)
    return [(row.pk, row.source_id) for row in found]


def take_back(*, was: Collection[tuple[int, int | None]], by: User, at: datetime) -> int:
    """Give members the source they had before."""
    sources = Source.objects.in_bulk([source for _pk, source in was if source])
    changed = 0
    for source_id in sorted({source for _pk, source in was}, key=lambda one: one or 0):
        pks = [pk for pk, source in was if source == source_id]
        changed += len(came_from(pks=pks, source=sources.get(source_id) if source_id else None, by=by, at=at))
    return changed
