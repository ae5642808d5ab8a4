"""What the delivery of a post asks before it leaves, and tells when it has moved (settings.DELIVERY_KINDS)."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection as database
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from content.models import Post
from content.policy import PostState, local_day
from content.services.posts import TooLate
from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import Lifecycle
from groupops.messaging import holding
from groupops.messaging.models import Delivery
from groupops.messaging.policy import DeliveryState
from groupops.shared import bulk, prepared

# Where a delivery's state leaves its post; every other state is still on its way.
ENDS: dict[str, PostState] = {
    DeliveryState.SENT: PostState.SENT,
    DeliveryState.FAILED: PostState.FAILED,
    DeliveryState.MISSED: PostState.MISSED,
    DeliveryState.CANCELLED: PostState.CANCELLED,
}
# In SQL, like the rest of a send: docs/reference/performance.md.
SAID = (
    f"UPDATE {Post._meta.db_table} SET state = '{PostState.SENT.value}', sent_at = %s WHERE id = %s AND state <> '{PostState.SENT.value}'"  # noqa: S608  (our own names)
)


def guard(delivery: Delivery, *, at: datetime) -> str:
    """Why the post must not be said any more, as a msgid; empty: say it."""
    state, lifecycle = Post.objects.values_list("state", "group__lifecycle").get(pk=delivery.subject_id)
    if state == PostState.CANCELLED:
        return gettext_noop("The post was cancelled.")
    if lifecycle == Lifecycle.PAUSED:
        return gettext_noop("The group is paused.")
    if lifecycle != Lifecycle.ACTIVE:
        return gettext_noop("The group is not active.")
    return ""


def open_row() -> str:
    """`guard` saying nothing, as a condition on a row of the deliveries. A test compares the two."""
    post, group, row = Post._meta.db_table, Group._meta.db_table, Delivery._meta.db_table
    here = f"SELECT 1 FROM {post} p JOIN {group} g ON g.id = p.group_id WHERE p.id = {row}.subject_id"  # noqa: S608  (our own names)
    return f"EXISTS ({here} AND p.state <> '{PostState.CANCELLED.value}' AND g.lifecycle = '{Lifecycle.ACTIVE.value}' {holding.APART})"


def settled(delivery: Delivery, *, at: datetime) -> None:
    """The post follows its delivery; one that was sent counts once, on the group's local day.

    Raises TooLate when a person reopens the delivery of a post that was sent anew as another one.
    """
    if delivery.state == DeliveryState.SENT:
        _sent(delivery, at)
        return
    state = ENDS.get(delivery.state, PostState.SCHEDULED)
    post = Post.objects.select_related("group").select_for_update(of=("self",)).get(pk=delivery.subject_id)
    if state == post.state:
        return
    if state == PostState.SCHEDULED and Post.objects.filter(replaces=post).exists():
        raise TooLate(_("This post was sent anew already; only one of the two may leave."))
    before = post.sent_at
    post.state, post.sent_at = state, None
    post.save(update_fields=["state", "sent_at"])
    if before:  # a person took back "it was sent"
        GroupDay.objects.filter(group=post.group, day=local_day(before, post.group.zone)).update(posts_sent=F("posts_sent") - 1)


def sent_row(delivery: Delivery, *, at: datetime) -> tuple[str, Sequence[Any]]:
    """`settled` of a post that was sent, inside the statement that settles its delivery. A test compares the two."""
    sql, defaults = _said_and_counted()
    return sql, [*defaults, local_day(at, delivery.group.zone)]


@lru_cache
def _said_and_counted() -> tuple[str, list[Any]]:
    post = Post._meta.db_table
    said = f"UPDATE {post} SET state = '{PostState.SENT.value}', sent_at = moved.settled_at FROM moved"  # noqa: S608  (our own names)
    new = f"{post}.id = moved.subject_id AND {post}.state <> '{PostState.SENT.value}' RETURNING moved.group_id"
    one = "SELECT group_id AS column1, CAST(%s AS date) AS column2, 1 AS column3 FROM said"
    counted, defaults = bulk.adding(GroupDay, ["group", "day"], ["posts_sent"], one)
    return f"said AS ({said} WHERE {new}), counted AS ({counted})", defaults


def _sent(delivery: Delivery, at: datetime) -> None:
    """Told twice it counts once; the post is read only when nothing was written, to see that there is one."""
    moment = Post._meta.get_field("sent_at").get_db_prep_value(at, database)
    with prepared.executed(SAID, [moment, delivery.subject_id]) as cursor:
        said = cursor.rowcount
    if said:
        day = local_day(at, delivery.group.zone)
        bulk.add(GroupDay, ["group", "day"], ["posts_sent"], [(delivery.group_id, day, 1)])
    else:
        Post.objects.only("pk").get(pk=delivery.subject_id)
