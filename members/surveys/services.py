"""Every write of the forms themselves: what they ask, whom, when, and their links. Answers have a module of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import links
from groupops.shared.errors import Conflict, Invalid
from members.models import MemberForm, MemberFormField, MemberFormGroup, ProfileField
from members.surveying import MOST_FIELDS, MOVES
from members.surveys import queries

FIELDS = ("title", "introduction", "opens_at", "closes_at", "several")


class Outdated(Conflict):
    """Somebody else has changed it since the form was opened."""


class NoMove(Conflict):
    """From this state it does not go to that one."""


def save_form(
    *,
    form: MemberForm | None,
    version: int,
    values: dict[str, Any],
    groups: Sequence[Group],
    asks: Sequence[ProfileField],
    by: User,
    at: datetime,
) -> MemberForm:
    """A new form (None), as a draft, or other words, groups and fields for one. `values` are title, introduction, times, `several`.

    Needs the right to edit each of its groups, the former too. Raises Forbidden, Invalid, Outdated.
    """
    if not groups:
        raise Invalid(_("Choose at least one group."), field="groups")
    if not 0 < len(asks) <= MOST_FIELDS:
        raise Invalid(_("Choose 1 to %(n)d fields.") % {"n": MOST_FIELDS}, field="field_1")
    for group in groups:
        access.demand(by, GroupRight.EDIT, group)
    with transaction.atomic():
        row = _changeable(form, by) if form else MemberForm(key=links.new_key(), created_at=at, created_by=by)
        if form and row.version != version:
            raise Outdated(_("Somebody else has changed it meanwhile. Open it again and repeat your change."))
        before = _told(row) if form else {}
        for name in FIELDS:
            setattr(row, name, values[name])
        row.version = row.version + 1 if form else 1
        row.save()
        row.targets.all().delete()
        row.asks.all().delete()
        MemberFormGroup.objects.bulk_create([MemberFormGroup(form=row, group=group) for group in dict.fromkeys(groups)])
        MemberFormField.objects.bulk_create(
            [MemberFormField(form=row, field=field, position=n) for n, field in enumerate(dict.fromkeys(asks), 1)]
        )
        was, now = record.differing(before, _told(row))
        record.audit(by=by, verb="form.update" if form else "form.create", target=row, at=at, before=was, after=now)
    return row


def _told(row: MemberForm) -> dict[str, Any]:
    plain = {name: value.isoformat() if isinstance(value := getattr(row, name), datetime) else value for name in FIELDS}
    asks = [field.name for field in queries.fields_of(row)]
    return plain | {"groups": [group.name for group in queries.groups_of(row)], "fields": asks}


def move_form(*, form: MemberForm, to: str, by: User, at: datetime) -> str:
    """Open it for answers, close it, open it again; returns the state it was in. Raises Forbidden, NoMove."""
    with transaction.atomic():
        row = _changeable(form, by)
        was = row.state
        if to not in MOVES[was]:
            raise NoMove(_("A form in this state cannot do that. Load the page again."))
        row.state = to
        row.save(update_fields=["state"])
        record.audit(by=by, verb="form.move", target=row, at=at, before={"state": was}, after={"state": to})
    return was


def renew_links(*, form: MemberForm, by: User, at: datetime) -> None:
    """Make every link that is out worthless; new ones are made of the new key. Raises Forbidden."""
    with transaction.atomic():
        row = _changeable(form, by)
        row.key = links.new_key()
        row.save(update_fields=["key"])
        record.audit(by=by, verb="form.renew", target=row, at=at)


def _changeable(form: MemberForm, by: User) -> MemberForm:
    """The form, locked, if `by` may change every group it asks."""
    row = MemberForm.objects.select_for_update().get(pk=form.pk)
    for group in queries.groups_of(row):
        access.demand(by, GroupRight.EDIT, group)
    return row
