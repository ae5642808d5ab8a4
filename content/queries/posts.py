"""Reads of the posts and their deliveries, always bounded by what the user may see."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from content.models import Post
from content.policy import PostState
from groupops.accounts.models import User
from groupops.groups import access
from groupops.messaging.models import Delivery
from groupops.messaging.policy import key_of

PURPOSE = "post"  # of deliveries; a key of settings.DELIVERY_KINDS


def posts(user: User, *, sandboxes: bool = False) -> QuerySet[Post]:
    """The posts that a user may see, with their groups."""
    return Post.objects.filter(group__in=access.visible_to(user, sandboxes=sandboxes)).select_related("group")


def deliveries(found: Iterable[Post]) -> dict[int, Delivery]:
    """The delivery of each post, by the post's id, in one query that reads the unique key."""
    keys = [key_of(PURPOSE, post.pk, post.group_id) for post in found]
    return {delivery.subject_id: delivery for delivery in Delivery.objects.filter(key__in=keys)}


def due_posts(at: datetime, *, limit: int, group_id: int | None = None) -> list[tuple[int, datetime]]:
    """The scheduled posts whose moment has come and that no slot leads, oldest first: (id, moment). With `group_id` of that group alone."""
    found = Post.objects.filter(state=PostState.SCHEDULED, released_at=None, slot=None, due_at__lte=at).order_by("due_at", "id")
    if group_id is not None:
        found = found.filter(group=group_id)
    return list(found.values_list("pk", "due_at")[:limit])


def in_bundle(post: Post) -> QuerySet[Post]:
    """The posts that were written together with this one, itself among them."""
    found = Post.objects.select_related("group").order_by("pk")
    return found.filter(bundle=post.bundle) if post.bundle else found.filter(pk=post.pk)
