"""Evidence in full: for those who may see personal data of the group, with a reason that is written down."""

from datetime import datetime

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record import services as record
from groupops.shared.masking import reason_of
from moderation.models import Case


def reveal(*, case: Case, reason: str, by: User, at: datetime) -> None:
    """Note that somebody looked at a case unmasked, and what for. Raises Forbidden, NoReason."""
    access.demand(by, GroupRight.MODERATE, case.group)
    access.demand(by, GroupRight.REVEAL, case.group)
    said = reason_of(reason)
    record.audit(by=by, verb="case.reveal", target=case, at=at, group_id=case.group_id, after={"reason": said})
