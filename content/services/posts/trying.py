"""测试发送: the post as it would go out, in a room where it does no harm. The post itself does not notice."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post
from content.services import leaving
from content.services.posts.common import at_once
from groupops.accounts.models import User
from groupops.groups.models import Group
from groupops.messaging import outbox
from groupops.messaging import services as messaging
from groupops.messaging.models import Binding, Delivery
from groupops.record import services as record
from groupops.shared.errors import Invalid

MARK = "【测试 {time}】"  # the groups are Chinese; the time keeps two tests of one text apart


def preview(post: Post, at: datetime) -> str:
    """The words with which it would leave. What was handed over has its words already. Raises Unfilled."""
    if post.released_at:
        return post.body
    return leaving.worded(post.kind, post.body, post.group, at if at_once(post) else post.due_at)


def test_post(*, post: Post, room: Group, by: User, at: datetime) -> Delivery:
    """Say it in the room of another group, marked as a test, now and in quiet hours too.

    Raises Forbidden without the right to plan content there, Invalid where that group has no room.
    """
    if not Binding.objects.filter(group=room).exists():
        raise Invalid(_("Choose a group that has a room."), field="room")
    mark = MARK.format(time=at.astimezone(ZoneInfo(room.zone)).strftime("%H:%M:%S"))
    wish = outbox.Wish(text=f"{mark}\n{preview(post, at)}", urgent=True)
    with transaction.atomic():
        sent = messaging.order(group=room, wish=wish, reason=_("Test of a post"), by=by, at=at)
        record.audit(by=by, verb="post.test", target=post, at=at, after={"room": room.pk, "delivery": sent.pk}, group_id=post.group_id)
    return sent
