"""What the waiting lists and the ways in ask of people."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.shared.today import LIMIT, TodayItem
from members.joining import queries
from members.models import Entrance, Waiting

SOON_ENOUGH = timedelta(hours=12)  # a place that nobody is told of for so long is urgent


TO_TELL = Standing(lambda user, _at: queries.to_tell(user)[:LIMIT])
EXPIRING = Standing(lambda user, at: queries.expiring(at).filter(group__in=access.groups_with(user, GroupRight.EDIT))[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Whom to tell that there is room, and which pictures of QR codes run out. Two queries."""
    return [_told(row, at) for row in TO_TELL(user, at)] + [_picture(row, at) for row in EXPIRING(user, at)]


def _told(row: Waiting, at: datetime) -> TodayItem:
    called = row.called_at or at
    return TodayItem(
        key=f"waiting:{row.pk}:{called:%Y%m%d%H%M}",
        at=called,
        kind="waiting_list",
        text=_("There is room for %(name)s, who waits since %(day)s: tell them") % {"name": row.name, "day": f"{row.created_at:%m-%d}"},
        url=reverse("members:waiting"),
        group=row.group.name if row.group else "",
        group_ids=(row.group_id,) if row.group_id else (),
        urgent=at - called >= SOON_ENOUGH,
        done_url=reverse("members:waiting-act"),
        done_label=gettext_lazy("Told"),
        done_fields=(("do", f"told:{row.pk}"),),
    )


def _picture(row: Entrance, at: datetime) -> TodayItem:
    until = row.picture_until or at
    text = (
        _("The QR code of %(group)s has expired: upload a new one")
        if until <= at
        else _("The QR code of %(group)s expires soon: upload a new one")
    )
    return TodayItem(
        key=f"picture:{row.group_id}:{until:%Y%m%d%H}",
        at=until,
        kind="picture",
        text=text % {"group": row.group.name},
        url=reverse("members:entrance", args=[row.group_id]),
        group=row.group.name,
        group_ids=(row.group_id,),
        urgent=until <= at,
    )
