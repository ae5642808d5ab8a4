"""Invitations of staff: which wait, which were accepted, which are over."""

from datetime import datetime

from django.db.models import Q, QuerySet

from groupops.groups.models import StaffInvitation

INVITATION_STATES = ("open", "accepted", "over")


def staff_invitations(*, state: str = "", at: datetime) -> QuerySet[StaffInvitation]:
    """Those in one of INVITATION_STATES; all of them without."""
    wait = Q(accepted_at=None, revoked_at=None, expires_at__gt=at)
    taken = Q(accepted_at__isnull=False)
    wanted = {"open": wait, "accepted": taken, "over": ~wait & ~taken}
    found = StaffInvitation.objects.select_related("by", "accepted_by").prefetch_related("seats__group")
    return found.filter(wanted[state]) if state else found
