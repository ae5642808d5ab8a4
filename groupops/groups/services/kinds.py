"""Kinds of group: create, change, take out of use."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups.models import Kind
from groupops.groups.services import versions
from groupops.record import services as record
from groupops.shared.errors import Invalid

EDITABLE = ("name", "positioning", "values", "size_low", "size_high", "size_note", "level", "rules_extension", "position", "archived")


def create_kind(*, slug: str, by: User | None, at: datetime, **values: Any) -> Kind:
    """A new kind; `slug` is its name for programs and stays. Raises Invalid."""
    _demand_sound(values)
    try:
        with transaction.atomic():
            kind = Kind.objects.create(slug=slug, **values)
            record.audit(by=by, verb="kind.create", target=kind, at=at, after={"slug": slug, "version": 1} | values)
    except IntegrityError:
        if Kind.objects.filter(slug=slug).exists():
            raise Invalid(_("Another kind has this short name."), field="slug") from None
        raise
    return kind


def update_kind(*, kind: Kind, seen: int, by: User | None, at: datetime, **values: Any) -> Kind:
    """Change a kind that the person saw at version `seen`. Groups that exist keep their frozen rules. Raises Stale, Invalid."""
    with transaction.atomic():
        edit = versions.edit(kind, seen=seen, values=values, editable=EDITABLE)
        if edit.after:
            _demand_sound({name: getattr(edit.row, name) for name in EDITABLE})
            edit.row.save(update_fields=list(edit.after))
            record.audit(by=by, verb="kind.update", target=edit.row, at=at, before=edit.before, after=edit.after)
    return edit.row


def _demand_sound(values: dict[str, Any]) -> None:
    if not 0 < values["size_low"] <= values["size_high"]:
        raise Invalid(_("The smallest good size must be above zero and not above the largest."), field="size_low")
