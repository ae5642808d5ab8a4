"""The link of a group's own page (群主页) made anew: the one that is out opens nothing any more."""

from datetime import datetime

from django.db import transaction

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared import links
from members.models import GroupPageKey


def renew_home(*, group: Group, by: User, at: datetime) -> None:
    """Another link for the group's page; whoever has the old one finds nothing. Raises Forbidden."""
    access.demand(by, GroupRight.EDIT, group)
    with transaction.atomic():
        GroupPageKey.objects.update_or_create(group=group, defaults={"key": links.new_key(), "at": at, "by": by})
        record.audit(by=by, verb="group.page_renew", target=group, at=at, group_id=group.pk)
