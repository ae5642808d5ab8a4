"""How a post leaves: its placeholders filled for its local day, its label put on, its delivery written in the caller's transaction."""

from datetime import date, datetime

from content import placeholders, queries
from content.models import Post
from content.policy import PostKind, lapse, local_day
from content.workflow import Labels
from groupops.groups import queries as groups
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging.adapter import Operation

# Kinds that a platform may know as something else than a message; where it does not, the delivery degrades.
OPERATIONS = {PostKind.ANNOUNCEMENT: Operation.ANNOUNCE}


def operation_of(kind: str) -> Operation:
    """What is asked of the platform for a kind of post."""
    return OPERATIONS.get(PostKind(kind), Operation.SEND_GROUP)


def filled(body: str, group: Group, day: date) -> str:
    """The text with its placeholders filled for a local day of the group. Raises Unfilled."""
    theme = queries.theme_of([group], day)[group.pk] if placeholders.asks_theme(body) else None
    return placeholders.fill(body, placeholders.values(group=group.name, day=day, theme=theme.title if theme else ""))


def worded(kind: str, body: str, group: Group, moment: datetime) -> str:
    """The text as it would go out at `moment`: filled, and labelled by the policy. Raises Unfilled."""
    text = filled(body, group, local_day(moment, group.zone))
    if kind != PostKind.PROMOTION:
        return text
    labels: Labels = groups.policy("content.labels", group=group)
    return labels.on(kind, text)


def leave(post: Post, *, at: datetime) -> None:
    """Hand over a post that was claimed (its `released_at` is set): it gets its words, once, and its delivery."""
    post.body = worded(post.kind, post.body, post.group, post.due_at)
    post.save(update_fields=["body"])
    deliver(post, at=at)


def deliver(post: Post, *, at: datetime) -> None:
    """Write the delivery of a post that has its words. It lapses as its kind does; from now, where it is late on purpose."""
    grace = lapse(post.kind)
    outbox.act(
        outbox.Wish(operation=operation_of(post.kind), text=post.body),
        purpose=queries.PURPOSE,
        subject_id=post.pk,
        group=post.group,
        due_at=post.due_at,
        expires_at=(at if at - post.due_at > grace else post.due_at) + grace,
        at=at,
    )
