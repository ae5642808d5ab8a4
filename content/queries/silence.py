"""Texts that would silently not go out: held, never approved, or written for a day that was switched off or left out since."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from content.models import Post, Slot
from content.policy import PostState, SlotState
from content.queries.in_work import publishable_by
from content.workflow import OPEN
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle

# A draft of a post with a time of its own is work in progress; one that takes the place of a day's text silences that day.
NOT_LEAVING = Q(state=PostState.APPROVED) | Q(state__in=[PostState.DRAFT, PostState.REVIEW], slot__isnull=False)
OFF = Q(slot__state=SlotState.SKIPPED, state__in=OPEN)


def silent(since: datetime, until: datetime) -> QuerySet[Post]:
    """The open posts due in a span of active groups that do not leave by themselves as things stand; the first due first."""
    rows = Post.objects.filter(NOT_LEAVING | OFF, released_at=None, due_at__gte=since, due_at__lt=until)
    return rows.filter(group__lifecycle=Lifecycle.ACTIVE).select_related("group", "slot").order_by("due_at", "pk")


def silent_for(user: User, since: datetime, until: datetime) -> QuerySet[Post]:
    """Of these, those that the user may let go out; what waits in the queue of reviews is told there."""
    return silent(since, until).filter(publishable_by(user)).exclude(~OFF, state=PostState.REVIEW)


def switched_off(user: User, since: datetime, at: datetime) -> QuerySet[Post]:
    """Texts whose time passed unsaid because their day was switched off; a held or unapproved one is told with its slot."""
    rows = Post.objects.filter(OFF, publishable_by(user), released_at=None, due_at__gte=since, due_at__lt=at)
    return rows.filter(group__lifecycle=Lifecycle.ACTIVE).select_related("group", "slot").order_by("due_at", "pk")


def silent_among(groups: QuerySet[Group] | Iterable[Group], since: datetime, until: datetime) -> QuerySet[Post]:
    """Of these, those of certain groups."""
    return silent(since, until).filter(group__in=groups)


def is_off(slot: Slot | None) -> bool:
    """Whether the day a text was written for says nothing at all."""
    return slot is not None and slot.state == SlotState.SKIPPED
