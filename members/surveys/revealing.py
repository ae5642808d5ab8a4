"""See one personal value in full: with a reason, and noted."""

from datetime import datetime

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.masking import reason_of
from members.models import FieldValue
from members.surveys import queries


def reveal(*, row: FieldValue, reason: str, by: User, at: datetime) -> str:
    """The value; who looked and what for is a line of the operation log. Raises Forbidden, NoReason."""
    access.demand(by, GroupRight.REVEAL, row.membership.group)
    said = reason_of(reason)
    with transaction.atomic():
        after = {"field": row.field.name, "reason": said}
        record.audit(by=by, verb="value.reveal", target=row.membership, at=at, group_id=row.membership.group_id, after=after)
    return queries.plain(row)
