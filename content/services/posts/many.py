"""The same act on many posts: each stands alone, and what was skipped says why."""

from collections.abc import Callable, Iterable
from datetime import datetime

from content.models import Post
from content.services.posts import acting, reviewing
from content.workflow import Act
from groupops.accounts.models import User
from groupops.shared import skipping
from groupops.shared.errors import Refused

Many = skipping.Many[Post]


def act_on(*, posts: Iterable[Post], act: Act, by: User | None, at: datetime, note: str = "") -> Many:
    """One act on each; an approval is of the version that was read. Raises what the act raises where only one post was given."""
    found, result = list(posts), Many()
    for post in found:
        try:
            result.done.append(_act(post, act, by, at, note))
        except Refused as refusal:
            if len(found) == 1:
                raise
            result.skipped.append((post, str(refusal.message)))
    return result


def _act(post: Post, act: Act, by: User | None, at: datetime, note: str) -> Post:
    if act == Act.SUBMIT:
        return reviewing.submit_post(post=post, note=note, by=by, at=at)
    if act == Act.APPROVE:
        return reviewing.approve_post(post=post, version=post.version, by=by, at=at)
    if act == Act.SEND_BACK:
        return reviewing.send_back_post(post=post, note=note, by=by, at=at)
    return PLAIN[act](post=post, by=by, at=at)


PLAIN: dict[Act, Callable[..., Post]] = {
    Act.HOLD: acting.hold_post,
    Act.UNHOLD: acting.unhold_post,
    Act.SEND_NOW: acting.send_post_now,
    Act.CANCEL: acting.cancel_post,
    Act.RESTORE: acting.restore_post,
}
