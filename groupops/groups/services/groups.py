"""Create and change groups."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import queries
from groupops.groups.models import Group, KeyMoment, Kind, RuleSet, StaffPost
from groupops.groups.policy import NAME_LENGTH, Level, Post
from groupops.groups.services import versions
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid

EDITABLE = ("name", "kind", "level", "zone", "description", "region", "size_low", "size_high")


class NameTaken(Invalid):
    """Another group has this name."""


class MomentUsed(Conflict):
    """A group was opened for this key moment already."""


def create_group(
    *,
    name: str,
    kind: Kind,
    by: User | None,
    at: datetime,
    zone: str = "Asia/Shanghai",
    level: Level | str | None = None,
    description: str = "",
    region: str = "",
    owner: User | None = None,
    moment: KeyMoment | None = None,
    sandbox: bool = False,
) -> Group:
    """A planned group of a kind, with the kind's level and rules (version 1), an owner if given, and the moment it is opened for.

    `sandbox` is for good: such a group is bound to a room of the sandbox alone, and no real group ever is.

    Raises NameTaken, MomentUsed, Invalid.
    """
    if kind.archived:
        raise Invalid(_("This kind is no longer offered. Choose another."), field="kind")
    values = {
        "name": name.strip(),
        "zone": zone,
        "level": level or kind.level,
        "description": description.strip(),
        "region": region.strip(),
    }
    _demand_sound(values)
    with transaction.atomic():
        with _unique_name(values["name"]):
            group = Group.objects.create(kind=kind, created_at=at, created_by=by, sandbox=sandbox, **values)
        _open_with(group, owner=owner, moment=moment, by=by, at=at)
        after = values | {"kind": kind.name, "owner": str(owner) if owner else None, "version": 1}
        record.audit(by=by, verb="group.create", target=group, at=at, after=after, group_id=group.pk)
    return group


def _open_with(group: Group, *, owner: User | None, moment: KeyMoment | None, by: User | None, at: datetime) -> None:
    """What a new group has from its first moment on."""
    if text := queries.template_for(group.kind):
        RuleSet.objects.create(group=group, version=1, text=text, at=at, by=by)
    if owner:
        StaffPost.objects.create(group=group, user=owner, post=Post.OWNER, since=at)
    if moment and not KeyMoment.objects.filter(pk=moment.pk, group=None).update(group=group, dismissed=False):
        raise MomentUsed(_("A group was already opened for this moment."))


def update_group(*, group: Group, seen: int, by: User | None, at: datetime, **values: Any) -> Group:
    """Change fields of a group (EDITABLE) that the person saw at version `seen`. Raises Stale, NameTaken, Invalid."""
    with transaction.atomic():
        edit = versions.edit(group, seen=seen, values=values, editable=EDITABLE)
        if edit.after:
            _demand_sound({name: getattr(edit.row, name) for name in EDITABLE})
            with _unique_name(edit.row.name, but=edit.row):
                edit.row.save(update_fields=list(edit.after))
            record.audit(by=by, verb="group.update", target=edit.row, at=at, before=edit.before, after=edit.after, group_id=group.pk)
    return edit.row


def _demand_sound(values: dict[str, Any]) -> None:
    """What the form also checks, for those who come another way."""
    if not values["name"]:
        raise Invalid(_("Give the group a name."), field="name")
    if len(values["name"]) > NAME_LENGTH:
        raise Invalid(_("This name is too long."), field="name")
    if values["zone"] not in available_timezones():
        raise Invalid(_("This time zone does not exist."), field="zone")
    low, high = values.get("size_low"), values.get("size_high")
    if (low is None) != (high is None):
        missing = "size_low" if low is None else "size_high"
        raise Invalid(_("Give both ends of the size, or neither: then the kind's counts."), field=missing)
    if low is not None and high is not None and not 0 < low <= high:
        raise Invalid(_("The smallest good size must be above zero and not above the largest."), field="size_low")


@contextmanager
def _unique_name(name: str, *, but: Group | None = None) -> Iterator[None]:
    """Turns the database's refusal of a second group of the same name into words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        if Group.objects.filter(name=name).exclude(pk=but.pk if but else 0).exists():
            raise NameTaken(_("There is already a group of this name."), field="name") from None
        raise
