"""Every write of the segments."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.record import services as record
from groupops.shared.errors import Conflict, Forbidden, Invalid
from members.models import Segment, Tag


class NameTaken(Conflict):
    """One person has two segments of one name."""


class NothingAsked(Invalid):
    """A segment of everybody is the roster."""


class InUse(Conflict):
    """A tag follows it."""


def save(*, name: str, query: Mapping[str, str], shared: bool, by: User, at: datetime) -> Segment:
    """Keep a view of the roster. Raises NameTaken, NothingAsked."""
    kept = {key: value for key, value in query.items() if value}
    if not kept:
        raise NothingAsked(_("Filter the list first: a segment of everybody is the list itself."))
    try:
        with transaction.atomic():
            segment = Segment.objects.create(owner=by, name=name.strip(), query=kept, shared=shared, created_at=at)
            record.audit(by=by, verb="segment.save", target=segment, at=at, after={"query": kept, "shared": shared})
    except IntegrityError:
        raise NameTaken(_("You have a segment of this name already."), field="name") from None
    return segment


def delete(*, segment: Segment, by: User, at: datetime) -> None:
    """Forget a segment of one's own. Raises Forbidden, InUse."""
    if segment.owner_id != by.pk:
        raise Forbidden(_("Only who saved a segment deletes it."))
    with transaction.atomic():
        if tag := Tag.objects.filter(rule=segment).first():
            raise InUse(_("The tag “%(tag)s” is given by this segment: put the tag away first.") % {"tag": tag.name})
        record.audit(by=by, verb="segment.delete", target=segment, at=at, before={"query": segment.query, "shared": segment.shared})
        segment.delete()
