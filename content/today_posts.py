"""Remind: posts that wait for approval, drafts that came back, drafts and days whose time passed without their text."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from content import queries
from content.models import Post, Slot
from content.policy import PostState
from content.workflow import Act
from groupops.accounts.models import User
from groupops.accounts.standing import Standing
from groupops.groups.models import Group
from groupops.shared.addresses import address
from groupops.shared.today import LIMIT, TodayItem

LOOK_BACK = timedelta(days=3)  # what is older is history, not a task
AHEAD = timedelta(hours=24)  # a text that would not leave is told so long before its time
HURRY = timedelta(hours=1)

FOR_REVIEW = Standing(lambda user, _at: queries.for_review(user).order_by("due_at", "pk")[:LIMIT])
SENT_BACK = Standing(lambda user, _at: queries.sent_back_to(user)[:LIMIT])
OVERTAKEN = Standing(lambda user, at: queries.overtaken(user, since=at - LOOK_BACK, at=at)[:LIMIT])
UNSAID = Standing(lambda user, at: queries.unsaid(user, since=at - LOOK_BACK)[:LIMIT])
SILENT = Standing(lambda user, at: queries.silent_for(user, at, at + AHEAD)[:LIMIT])
SWITCHED_OFF = Standing(lambda user, at: queries.switched_off(user, at - LOOK_BACK, at)[:LIMIT])


def source(user: User, at: datetime) -> list[TodayItem]:
    """Six questions, however many groups; what was written for many groups at once is one item."""
    back, over = SENT_BACK(user, at), OVERTAKEN(user, at)
    return [
        *_to_approve(FOR_REVIEW(user, at)),
        *(_item(posts, gettext_lazy("Sent back: finish the draft"), "draft") for posts in queries.cards(back)),
        *(_item(posts, gettext_lazy("Its time passed before it was sent off"), "overdue") for posts in queries.cards(over)),
        *_unsaid(UNSAID(user, at)),
        *(_silent(posts, at) for posts in queries.cards(SILENT(user, at))),
        *(_silent(posts, at) for posts in queries.cards(SWITCHED_OFF(user, at))),
    ][:LIMIT]


def _to_approve(found: list[Post]) -> list[TodayItem]:
    """One item for the whole queue, urgent by its first."""
    if not found:
        return []
    cards, groups = queries.cards(found), [post.group for post in found]
    text = ngettext("%(n)d post waits for your approval", "%(n)d posts wait for your approval", len(cards)) % {"n": len(cards)}
    return [
        TodayItem(
            key="posts:review", at=found[0].due_at, kind="review", text=text, url=address("content:review"), group=named(groups),
            group_ids=tuple({group.pk for group in groups}), detail=found[0].title,
        )
    ]  # fmt: skip


def _item(posts: Sequence[Post], text: Promise, kind: str) -> TodayItem:
    """A draft, or the drafts of a bundle; cancelling settles it where it stands alone."""
    first, groups = posts[0], [post.group for post in posts]
    fields = (("scope", "all"), *(("seen", f"{post.pk}:{post.version}") for post in posts))
    return TodayItem(
        key=f"post:{first.bundle or first.pk}:{kind}", at=first.due_at, kind=kind, text=text, url=address("content:post", first.pk),
        group=named(groups), group_ids=tuple(group.pk for group in groups), detail=first.note or first.title,
        done_url=address("content:post-act", first.pk, Act.CANCEL), done_label=gettext_lazy("Do not send"), done_fields=fields,
    )  # fmt: skip


def _unsaid(slots: Sequence[Slot]) -> list[TodayItem]:
    return [
        TodayItem(
            key=f"slot:{slot.pk}:unsaid", at=slot.due_at, kind="missed", text=gettext_lazy("Its own text was not approved in time"),
            url=address("content:schedule", slot.schedule_id),
            group=slot.schedule.group.name, group_ids=(slot.schedule.group_id,), detail=slot.schedule.title,
            done_url=address("content:leave-slot", slot.pk), done_label=gettext_lazy("Leave it"),
        )
        for slot in slots
    ]  # fmt: skip


def _silent(posts: Sequence[Post], at: datetime) -> TodayItem:
    """A text that does not go out as things stand. Its key releases the hold, or gives the text up; a draft is finished on its page."""
    first, groups = posts[0], [post.group for post in posts]
    off = queries.is_off(first.slot)
    act = Act.CANCEL if off else Act.UNHOLD if first.state == PostState.APPROVED else None
    fields = (("scope", "all"), *(("seen", f"{post.pk}:{post.version}") for post in posts))
    return TodayItem(
        key=f"post:{first.bundle or first.pk}:silent", at=first.due_at, kind="held", text=_why(first, at), detail=first.title,
        url=address("content:post", first.pk), group=named(groups), group_ids=tuple(group.pk for group in groups),
        urgent=not off and first.due_at - at <= HURRY, done_url=address("content:post-act", first.pk, act) if act else "",
        done_label=gettext_lazy("Do not send") if off else Act.UNHOLD.label, done_fields=fields,
    )  # fmt: skip


def _why(post: Post, at: datetime) -> Promise:
    if queries.is_off(post.slot):
        ahead = gettext_lazy("Its day is switched off: this text will not go out")
        return ahead if post.due_at > at else gettext_lazy("Its day was switched off: this text did not go out")
    if post.state == PostState.APPROVED:
        return gettext_lazy("Held: it will not go out at its time")
    return gettext_lazy("Nobody has submitted it: nothing will go out at its time")


def named(groups: Sequence[Group]) -> str:
    """The group by name, or how many there are."""
    names = {group.pk: group.name for group in groups}
    return next(iter(names.values())) if len(names) == 1 else _("%(n)d groups") % {"n": len(names)}
