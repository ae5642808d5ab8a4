"""Posts that wait for people: in review, sent back, over their time; and what a post's page shows of its past."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from content.models import Post, Slot
from content.policy import PostKind, PostState, SlotState, Why
from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.record.models import AuditEntry

PUBLISHING = {PostKind.ANNOUNCEMENT: GroupRight.ANNOUNCE}  # the others: CONTENT
UNSAID = (Why.UNAPPROVED, Why.HELD)  # of a slot whose own text did not leave


def publishable_by(user: User) -> Q:
    """The posts that a user may let go out: announcements by the right to announce, the others by the right to plan."""
    announced = Q(kind__in=list(PUBLISHING))
    announcing, planning = (access.among(user, right) for right in (GroupRight.ANNOUNCE, GroupRight.CONTENT))
    return (announced & announcing) | (~announced & planning) if announcing or planning else Q()


def for_review(user: User) -> QuerySet[Post]:
    """What waits for approval and the user may approve, with group and writer."""
    return Post.objects.filter(publishable_by(user), state=PostState.REVIEW).select_related("group", "written_by", "slot__schedule")


def sent_back_to(user: User) -> QuerySet[Post]:
    """The user's drafts that a reviewer gave back with a word, oldest first."""
    return (
        Post.objects.filter(created_by=user, state=PostState.DRAFT, group__sandbox=False)
        .exclude(note="")
        .select_related("group")
        .order_by("due_at", "pk")
    )


def overtaken(user: User, *, since: datetime, at: datetime) -> QuerySet[Post]:
    """Drafts and held posts with a time of their own that has passed since, which the user may let go out; oldest first."""
    late = Post.objects.filter(state__in=[PostState.DRAFT, PostState.APPROVED], slot=None, due_at__range=(since, at))
    timed = late.exclude(due_at__lte=F("created_at"))
    return timed.filter(publishable_by(user)).select_related("group").order_by("due_at", "pk")


def unsaid(user: User, *, since: datetime) -> QuerySet[Slot]:
    """Slots whose own text was not approved in time, or was held, of groups in which the user plans; oldest first."""
    mine = access.among(user, GroupRight.CONTENT, "schedule__group")
    found = Slot.objects.filter(mine, state=SlotState.MISSED, why__in=UNSAID, due_at__gte=since)
    return found.select_related("schedule__group", "post").order_by("due_at", "pk")


def trail_of(posts: Iterable[Post]) -> list[AuditEntry]:
    """Who did what to these posts, newest first."""
    keys = [str(post.pk) for post in posts]
    found = AuditEntry.objects.filter(target_type=Post._meta.label_lower, target_id__in=keys)
    return list(found.select_related("by").order_by("-at", "-pk")[:100])


def cards(found: Iterable[Post]) -> list[list[Post]]:
    """Posts by bundle, in the order in which each bundle first appears."""
    bundles: dict[Any, list[Post]] = {}
    for post in found:
        bundles.setdefault(post.bundle or post.pk, []).append(post)
    return list(bundles.values())
