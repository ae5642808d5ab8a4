"""Optimistic locks: the second of two editors is told who changed what."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from groupops.groups import queries
from groupops.shared.errors import Conflict

Row = TypeVar("Row", bound=models.Model)


class Stale(Conflict):
    """Somebody changed the object after the person opened it."""


@dataclass(frozen=True)
class Edit(Generic[Row]):
    """A locked row with new values on it, not saved yet, and what differs; both empty where nothing does."""

    row: Row
    before: dict[str, Any]
    after: dict[str, Any]  # with the new `version`, which last_change looks for


def edit(row: Row, *, seen: int, values: dict[str, Any], editable: Collection[str]) -> Edit[Row]:
    """Lock the stored row, if it still has the version `seen`, and put `values` on it; must run in a transaction. Raises Stale."""
    if unknown := set(values) - set(editable):
        raise TypeError(f"not editable: {unknown}")
    stored = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if stored.version != seen:  # type: ignore[attr-defined]
        raise Stale(_what_changed(stored, seen))
    before = {name: getattr(stored, name) for name, value in values.items() if getattr(stored, name) != value}
    after = {name: values[name] for name in before}
    if after:
        after["version"] = seen + 1
    for name, value in after.items():
        setattr(stored, name, value)
    return Edit(stored, before, after)


def _what_changed(stored: models.Model, seen: int) -> str:
    change = queries.last_change(stored, since=seen)
    if change is None:
        return _("This was changed in the meantime. Reload the page and enter your change again.")
    who, names = change
    fields = {item.name: str(getattr(item, "verbose_name", item.name)) for item in stored._meta.get_fields()}
    what = "、".join(capfirst(fields.get(name, name)) for name in names)
    return _("%(who)s changed this in the meantime (%(what)s). Reload the page and enter your change again.") % {"who": who, "what": what}
