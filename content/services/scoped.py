"""Themes and duties of a kind, or of a group: on its first edit a group gets its kind's rows as its own."""

from datetime import datetime, time
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Duty, Theme
from content.services import following
from groupops.accounts.models import User
from groupops.groups.models import Group, Kind
from groupops.record import services as record
from groupops.shared.errors import Invalid

Row = TypeVar("Row", Theme, Duty)
Owner = Kind | Group
COPIED = {Theme: ("key", "weekdays", "enabled", "title", "activities"), Duty: ("key", "weekdays", "enabled", "text", "start", "end")}
NAMES = {Theme: "theme", Duty: "duty"}
SAVED = {Theme: "theme.save", Duty: "duty.save"}
FOLLOWED = {Theme: "theme.follow", Duty: "duty.follow"}
ACTIVITIES, ACTIVITY = 12, 120  # how many lines, and how long each


def save_theme(
    *, owner: Owner, key: str, title: str, weekdays: int, activities: list[str], enabled: bool, by: User | None, at: datetime
) -> Theme:
    """Write a theme of a kind or a group; an empty `key` makes a new one. Raises Invalid."""
    lines = [line.strip() for line in activities if line.strip()]
    if not title.strip() or len(title) > 60:
        raise Invalid(_("Give the theme a title of at most 60 characters."), field="title")
    if len(lines) > ACTIVITIES or any(len(line) > ACTIVITY for line in lines):
        raise Invalid(_("At most %(n)d activities of %(m)d characters each.") % {"n": ACTIVITIES, "m": ACTIVITY}, field="activities")
    return _save(Theme, owner, key, by, at, title=title.strip(), weekdays=weekdays, activities=lines, enabled=enabled)


def save_duty(
    *, owner: Owner, key: str, text: str, weekdays: int, start: time, end: time, enabled: bool, by: User | None, at: datetime
) -> Duty:
    """Write a duty of a kind or a group; an empty `key` makes a new one. Raises Invalid."""
    if not text.strip() or len(text) > 120:
        raise Invalid(_("Say what is to be done in at most 120 characters."), field="text")
    if end <= start:
        raise Invalid(_("The window ends before it begins."), field="end")
    return _save(Duty, owner, key, by, at, text=text.strip(), weekdays=weekdays, start=start, end=end, enabled=enabled)


def follow_kind(model: type[Theme] | type[Duty], *, group: Group, by: User | None, at: datetime) -> int:
    """Give up a group's own themes or duties: its kind's count again. Returns how many there were; none changes nothing."""
    with transaction.atomic():
        own = list(model._default_manager.select_for_update().filter(group=group).order_by("key"))
        if own:
            before = {"own": [str(row) for row in own]}
            model._default_manager.filter(pk__in=[row.pk for row in own]).delete()
            record.audit(by=by, verb=FOLLOWED[model], target=group, at=at, before=before, group_id=group.pk)
    return len(own)


def _save(model: type[Row], owner: Owner, key: str, by: User | None, at: datetime, **values: Any) -> Row:
    if not 1 <= values["weekdays"] <= 127:
        raise Invalid(_("Choose at least one weekday."), field="weekdays")
    whose = {"group": owner} if isinstance(owner, Group) else {"kind": owner}
    with transaction.atomic():
        type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)  # two first edits at once copy once
        _copy_down(model, owner, at)
        row = model._default_manager.filter(**whose, key=key).first() if key else None
        if key and row is None:
            raise Invalid(_("Somebody has taken this away meanwhile."))
        row = row or model(**whose, key=_free_key(model, whose))
        before = {name: getattr(row, name) for name in values} if row.pk else None
        for name, value in values.items():
            setattr(row, name, value)
        if before != values:
            row.save()
            group_id = owner.pk if isinstance(owner, Group) else None
            record.audit(by=by, verb=SAVED[model], target=row, at=at, before=before, after=values, group_id=group_id)
    return row


def _copy_down(model: type[Row], owner: Owner, at: datetime) -> None:
    """Before the first edit: a new kind gets what it begins with, a group what its kind has."""
    kind = owner.kind if isinstance(owner, Group) else owner
    if not kind.plan_lines.exists():
        following.seed(kind, at=at)
    if isinstance(owner, Group) and not model._default_manager.filter(group=owner).exists():
        rows = [{name: getattr(row, name) for name in COPIED[model]} for row in model._default_manager.filter(kind=kind)]
        model._default_manager.bulk_create([model(group=owner, **row) for row in rows])


def _free_key(model: type[Row], whose: dict[str, Any]) -> str:
    taken = set(model._default_manager.filter(**whose).values_list("key", flat=True))
    return next(key for key in (f"{NAMES[model]}-{n}" for n in range(1, len(taken) + 2)) if key not in taken)
