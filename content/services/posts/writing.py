"""Writing posts and changing them: for one group, or for several at once as a bundle."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from content import queries
from content.models import Post, Slot
from content.policy import Holidays, PostKind, PostState
from content.services.posts.common import (
    go,
    may_publish,
    moment,
    opened,
    publishing_right,
    refuse_group,
    written,
)
from content.services.schedules import TITLE_LENGTH, refuse_text
from content.workflow import Act, Review, after_edit, opening
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.record import services as record
from groupops.shared.errors import Forbidden, Invalid, Refused

APPROVED = (PostState.APPROVED, PostState.SCHEDULED)


def create_post(
    *, group: Group, title: str, kind: PostKind, body: str, due_at: datetime | None, by: User | None, at: datetime, draft: bool = False
) -> Post:
    """`create_posts`, for one group."""
    return create_posts(groups=[group], title=title, kind=kind, body=body, due_at=due_at, by=by, at=at, draft=draft)[0]


def create_posts(
    *,
    groups: Iterable[Group],
    title: str,
    kind: PostKind,
    body: str,
    due_at: datetime | None,
    by: User | None,
    at: datetime,
    draft: bool = False,
) -> list[Post]:
    """Say something once, at `due_at` (at once when None), in each group; posts for several groups share a bundle.

    A draft stays one; what nobody needs to approve, written by whoever may publish, is scheduled, and leaves in this transaction
    when it is due; the rest waits for approval. Placeholders are filled when it leaves. Raises NotActive, Unfilled, Invalid, Forbidden.
    """
    found = list(groups)
    if not found:
        raise Invalid(_("Choose at least one group."), field="groups")
    due = moment(due_at, at)
    refuse(title, kind, body)
    states = opening_states(found, kind, by, draft=draft)
    bundle = uuid4() if len(found) > 1 else None
    with transaction.atomic():
        return [_create(group, states[group.pk], title.strip(), kind, body.strip(), due, bundle, by, at) for group in found]


def refuse(title: str, kind: str, body: str, *, slot: Slot | None = None) -> None:
    """Refuse what could not be said; `slot`: on its day alone. Raises Invalid, Unfilled."""
    if not title.strip() or len(title.strip()) > (TITLE_LENGTH or 0):
        raise Invalid(_("Give it a title of at most 80 characters."), field="title")
    if kind not in PostKind.values:
        raise Invalid(_("There is no such kind of post."), field="kind")
    refuse_text(body, festival=slot is not None and slot.schedule.holidays == Holidays.FESTIVAL)


def opening_states(found: Sequence[Group], kind: PostKind, by: User | None, *, draft: bool) -> dict[int, PostState]:
    """Where a new post of each group begins: draft, review or scheduled. Three queries. Raises Forbidden, NotActive."""
    reviews: dict[int, Review] = groups.policies_for("content.review", found)
    rights = access.rights_on(by, found) if by else {}
    for group in found:
        if by and GroupRight.DRAFT not in rights[group.pk]:
            raise Forbidden(access.MISSING[GroupRight.DRAFT])
        if not draft:
            refuse_group(group)
    publishes = {group.pk: by is None or publishing_right(kind) in rights[group.pk] for group in found}
    if by is None and not draft:  # what a machine says it was told to say
        return {group.pk: PostState.SCHEDULED for group in found}
    return {group.pk: opening(reviews[group.pk], kind, may_publish=publishes[group.pk], draft=draft) for group in found}


def _create(
    group: Group, state: PostState, title: str, kind: str, body: str, due: datetime, bundle: UUID | None, by: User | None, at: datetime
) -> Post:
    scheduled = state == PostState.SCHEDULED
    post = Post.objects.create(
        group=group, kind=kind, title=title, body=body, due_at=due, state=state, bundle=bundle, created_at=at, created_by=by, written_by=by,
        approved_at=at if scheduled else None, approved_by=by if scheduled else None,
    )  # fmt: skip
    after = {"kind": kind, "due_at": due, "body": body, "state": state}
    record.audit(by=by, verb="post.create", target=post, at=at, after=after, group_id=group.pk)
    if scheduled and due <= at:
        go(post, at)
    return post


def edit_post(
    *,
    post: Post,
    version: int,
    title: str,
    kind: PostKind,
    body: str,
    due_at: datetime | None,
    by: User | None,
    at: datetime,
    whole_bundle: bool = False,
) -> Post:
    """Change a post that has not left; `due_at` None is at once. The approval of the old text is over, unless the editor may approve
    it alone: then the new text is approved by them.

    `whole_bundle` changes those of its bundle, too, that still say the same and that `by` may change. Raises Stale when `version` is
    not the stored one, TooLate, Forbidden, NotActive, Invalid, Unfilled.
    """
    refuse(title, kind, body, slot=post.slot)
    wanted = {"title": title.strip(), "kind": str(kind), "body": body.strip(), "due_at": due_at}
    twins = _twins(post) if whole_bundle else []
    changed = _edit(post, wanted, by, at, version)
    for twin in twins:
        try:
            _edit(twin, wanted, by, at, twin.version)
        except Refused:  # it has gone its own way since, or is not theirs to change: it stays as it is
            continue
    return changed


def _twins(post: Post) -> list[Post]:
    """The others of its bundle that say the same at the same time."""
    now = Post.objects.get(pk=post.pk)
    same = queries.in_bundle(now).filter(kind=now.kind, title=now.title, body=now.body, due_at=now.due_at, released_at=None)
    return list(same.exclude(pk=now.pk))


@transaction.atomic
def _edit(post: Post, wanted: dict[str, Any], by: User | None, at: datetime, version: int) -> Post:
    stored = opened(post, Act.EDIT, by, version)
    due = _due(stored, wanted["due_at"], at)
    review: Review = groups.policy("content.review", group=stored.group)
    state = after_edit(review, stored.state, wanted["kind"], may_publish=may_publish(by, wanted["kind"], stored.group))
    values = wanted | {"due_at": due, "state": state, "written_by": by, **approval(state, by, at)}
    if all(getattr(stored, name) == values[name] for name in wanted):
        return stored
    written(stored, by, at, verb="post.edit", **values)
    if state == PostState.SCHEDULED and stored.slot_id is None and due <= at:
        refuse_group(stored.group)
        go(stored, at)
    return stored


def _due(stored: Post, due_at: datetime | None, at: datetime) -> datetime:
    """The moment an edit asks for. A time that was there before may have passed; one written ahead keeps that of its slot."""
    if due_at == stored.due_at:
        return stored.due_at
    if stored.slot_id is not None:
        raise Invalid(_("Its time is that of the day it was written for: move the day."), field="due_at")
    if due_at is None and stored.state != PostState.SCHEDULED:
        return stored.created_at  # still without a time
    return moment(due_at, at)


def approval(state: PostState, by: User | None, at: datetime) -> dict[str, Any]:
    """The columns that say who answers for the text in this state."""
    return {"approved_at": at, "approved_by": by} if state in APPROVED else {"approved_at": None, "approved_by": None}
