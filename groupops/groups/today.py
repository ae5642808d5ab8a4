"""Remind: key moments that nobody has decided about, and active groups that nobody owns."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.accounts.standing import Standing
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, KeyMoment, StaffPost
from groupops.groups.policy import Lifecycle, Post
from groupops.shared.today import LIMIT, TodayItem

NAMED = 3  # groups that are named; the others are counted


def _ownerless(user: User) -> QuerySet[Group]:
    groups = access.groups_with(user, GroupRight.MANAGE_POSTS)
    owned = StaffPost.objects.filter(group=OuterRef("pk"), post=Post.OWNER, until=None)
    return groups.filter(~Exists(owned), lifecycle=Lifecycle.ACTIVE).order_by("created_at", "pk")


UNDECIDED = Standing(lambda _user, _at: KeyMoment.objects.filter(group=None, dismissed=False).order_by("on", "pk")[: LIMIT - 1])
OWNERLESS = Standing(lambda user, _at: _ownerless(user)[: LIMIT + 1])


def source(user: User, at: datetime) -> list[TodayItem]:
    """For those who open groups and give posts, and for those who only read. Two queries."""
    return [*_moments(user, at), *_without_owner(user, at)][:LIMIT]


def _moments(user: User, at: datetime) -> list[TodayItem]:
    decides = user.has_right(Right.CREATE_GROUP)
    if not (decides or user.has_right(Right.SEE_ALL_GROUPS)):
        return []
    return [
        TodayItem(
            key=f"moment:{moment.pk}",
            at=moment.created_at,
            kind="moment",
            text=_("Decide what becomes of “%(title)s”") % {"title": moment.title},
            detail=moment.get_sort_display(),
            url=f"{reverse('groups:moments')}?view=open",
            done_url=reverse("groups:moment-dismiss", args=[moment.pk]) if decides else "",
            done_label=_("Dismiss"),
        )
        for moment in UNDECIDED(user, at)
    ]


def _without_owner(user: User, at: datetime) -> list[TodayItem]:
    """One item, however many groups."""
    return together(
        OWNERLESS(user, at),
        kind="no_owner",
        texts=(_("Appoint an owner of this group"), _("%(n)s groups have no owner")),
        page="groups:posts",
    )


def together(groups: list[Group], *, kind: str, texts: tuple[str, str], page: str) -> list[TodayItem]:
    """One item about these groups: alone it leads to the group's `page`, together to the list. `texts` are for one and for `%(n)s`."""
    if not groups:
        return []
    alone, first = len(groups) == 1, groups[0]
    n = f"{LIMIT}+" if len(groups) > LIMIT else str(len(groups))
    return [
        TodayItem(
            key=f"{kind}:{first.pk}" if alone else kind,
            at=first.created_at,
            kind=kind,
            text=texts[0] if alone else texts[1] % {"n": n},
            group="、".join(group.name for group in groups[:NAMED]) + ("…" if len(groups) > NAMED else ""),
            url=reverse(page, args=[first.pk]) if alone else f"{reverse('groups:list')}?lifecycle=active",
            group_ids=tuple(group.pk for group in groups),
        )
    ]
