"""Key moments propose posts: drafts for the groups that are chosen, each once."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post
from content.policy import PostState, local_day, wall_moment
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, KeyMoment
from groupops.groups.policy import MomentSort, propose
from groupops.record import services as record
from groupops.shared.errors import Conflict, Forbidden, Invalid

HOUR = time(10)
APART = timedelta(minutes=30)  # of two posts of one moment


class Dismissed(Conflict):
    """The moment's proposal was dismissed."""


def draft_moment(*, moment: KeyMoment, groups: Iterable[Group], by: User, at: datetime) -> list[Post]:
    """The posts that a moment proposes, as drafts in each group for the moment's day at 10:00 local; when that is over, for the next
    day. Returns what is new: a group has each of them once, however often this is asked. Raises Invalid, Forbidden, Dismissed.
    """
    found = list(groups)
    if not found:
        raise Invalid(_("Choose at least one group."), field="groups")
    if moment.dismissed:
        raise Dismissed(_("This proposal was dismissed. Bring it back first."))
    rights = access.rights_on(by, found)
    if any(GroupRight.DRAFT not in rights[group.pk] for group in found):
        raise Forbidden(access.MISSING[GroupRight.DRAFT])
    proposal = propose(MomentSort(moment.sort), title=moment.title, on=moment.on)
    with transaction.atomic():
        KeyMoment.objects.select_for_update(no_key=True).get(pk=moment.pk)  # two at once: the second finds the first's
        there = {post.cause: post.bundle for post in Post.objects.filter(moment=moment)}
        made = []
        for number, draft in enumerate(proposal.posts, start=1):
            prefix = f"moment:{moment.pk}:{number}:"
            bundle = next((bundle for cause, bundle in there.items() if cause.startswith(prefix)), None) or uuid4()
            new = [group for group in found if f"{prefix}{group.pk}" not in there]
            made += [_draft(moment, group, f"{prefix}{group.pk}", draft.kind, draft.text, number, bundle, by, at) for group in new]
    return made


def _draft(moment: KeyMoment, group: Group, cause: str, kind: str, body: str, number: int, bundle: UUID, by: User, at: datetime) -> Post:
    post = Post.objects.create(
        group=group, moment=moment, cause=cause, kind=kind, title=moment.title[:80], body=body, state=PostState.DRAFT, bundle=bundle,
        due_at=_due(moment, group, number, at), created_at=at, created_by=by, written_by=by,
    )  # fmt: skip
    after = {"kind": kind, "due_at": post.due_at, "body": body, "state": post.state, "moment": moment.pk}
    record.audit(by=by, verb="post.create", target=post, at=at, after=after, group_id=group.pk)
    return post


def _due(moment: KeyMoment, group: Group, number: int, at: datetime) -> datetime:
    tomorrow = local_day(at, group.zone) + timedelta(days=1)
    wanted = wall_moment(moment.on, HOUR, group.zone)
    return (wanted if wanted > at else wall_moment(tomorrow, HOUR, group.zone)) + (number - 1) * APART
