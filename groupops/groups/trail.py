"""Whose audit lines may this user read? All with the right to; else those of the groups they may edit."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record.models import AuditEntry
from groupops.shared.errors import Forbidden


def readable(user: User, *, group_id: int | None = None) -> QuerySet[AuditEntry]:
    """The audit entries `user` may read, of one group when given. Raises Http404 for a foreign group, Forbidden without the right."""
    entries = AuditEntry.objects.all()
    if group_id is not None:
        if not user.has_right(Right.SEE_AUDIT):
            access.group_for(user, group_id, GroupRight.EDIT)
        return entries.filter(group_id=group_id)
    if user.has_right(Right.SEE_AUDIT):
        return entries
    mine = access.groups_with(user, GroupRight.EDIT, sandboxes=True)
    if not mine.exists():
        raise Forbidden(_("The audit log is for founders and operators; owners and deputy owners see that of their groups."))
    return entries.filter(group_id__in=mine.values("pk"))
