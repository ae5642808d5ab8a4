"""Every write of the profile's fields: the list is of the whole site."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.record import services as record
from groupops.shared.errors import Conflict, Invalid
from members.models import FieldValue, ProfileField
from members.surveying import CONTACTS, LISTED, MOST_OPTIONS, FieldKind

FIELDS = ("name", "kind", "help", "options", "required", "personal", "position")


class NameTaken(Conflict):
    """Two fields of one name would be one question with two meanings."""


class HasValues(Conflict):
    """Members have filled the field in."""


class BadOptions(Invalid):
    """A list has words, and each once."""


def save_field(
    *,
    field: ProfileField | None,
    name: str,
    kind: FieldKind,
    help: str,  # noqa: A002  (the column's name)
    options: Sequence[str],
    required: bool,
    personal: bool,
    position: int,
    by: User,
    at: datetime,
) -> ProfileField:
    """A new field (None), or another shape for one. Raises Forbidden, NameTaken, BadOptions, and HasValues for kind and `personal`.

    Contacts are always personal. An option that members chose may go: what they chose stays as it is.
    """
    access.demand_on_site(by, Right.MANAGE_POLICY)
    words = list(options) if kind in LISTED else []
    if kind in LISTED and not (0 < len(words) <= MOST_OPTIONS and len(set(words)) == len(words)):
        raise BadOptions(_("Write 1 to %(n)d options, one a line, none twice.") % {"n": MOST_OPTIONS}, field="options")
    row = field or ProfileField(created_at=at, created_by=by)
    before = {one: getattr(row, one) for one in FIELDS}
    after = dict(zip(FIELDS, (name, str(kind), help, words, required, personal or kind in CONTACTS, position), strict=True))
    try:
        with transaction.atomic():
            fixed = field and (before["kind"], before["personal"]) != (after["kind"], after["personal"])
            if fixed and FieldValue.objects.filter(field=row).exists():
                raise HasValues(_("Members have filled this field in: its kind and whether it is personal stay. Make a new field."))
            for one, value in after.items():
                setattr(row, one, value)
            row.save()
            was, now = record.differing(before, after)
            record.audit(by=by, verb="field.update" if field else "field.create", target=row, at=at, before=was, after=now)
    except IntegrityError:
        raise NameTaken(_("Another field has this name."), field="name") from None
    return row


def archive_field(*, field: ProfileField, archived: bool, by: User, at: datetime) -> None:
    """No longer asked for nor shown, or again; what members said is kept."""
    access.demand_on_site(by, Right.MANAGE_POLICY)
    with transaction.atomic():
        if ProfileField.objects.filter(pk=field.pk, archived=not archived).update(archived=archived):
            record.audit(by=by, verb="field.archive" if archived else "field.restore", target=field, at=at)
