"""Approval: submit, approve, send back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from content.models import Post
from content.policy import PostState
from content.services.posts.common import at_once, go, is_led, opened, refuse_group, written
from content.workflow import Act, Review, in_plan
from groupops.accounts.models import User
from groupops.groups import queries as groups
from groupops.shared.errors import Forbidden

NOTE_LENGTH = Post._meta.get_field("note").max_length


class OwnText(Forbidden):
    """Somebody else must approve it."""


def submit_post(*, post: Post, by: User | None, at: datetime, note: str = "") -> Post:
    """Ask for approval, with a word to the reviewer. Raises TooLate, Forbidden, NotActive."""
    with transaction.atomic():
        stored = opened(post, Act.SUBMIT, by)
        refuse_group(stored.group)
        return written(stored, by, at, verb="post.submit", state=PostState.REVIEW, note=note.strip()[:NOTE_LENGTH])


def approve_post(*, post: Post, by: User | None, at: datetime, version: int | None = None) -> Post:
    """Let it go out at its time; one without a time leaves in this transaction. One whose time is over is held: a person moves or
    sends it.

    `version` is the one that was read: what was changed since is not approved unseen. Raises Stale, TooLate, Forbidden, OwnText,
    NotActive.
    """
    with transaction.atomic():
        stored = opened(post, Act.APPROVE, by, version)
        refuse_group(stored.group)
        refuse_own(stored, by)
        due, now = stored.due_at, at_once(stored)
        state = PostState.SCHEDULED if now else in_plan(stored.kind, due, at)
        if stored.slot_id is not None and not is_led(stored):  # its slot has passed; it leaves by a person's hand alone
            state = PostState.APPROVED
        written(stored, by, at, verb="post.approve", state=state, due_at=at if now else due, approved_at=at, approved_by=by, note="")
        if now:
            go(stored, at)
    return stored


def send_back_post(*, post: Post, note: str, by: User | None, at: datetime) -> Post:
    """Give it back to its writer, who reads why. Raises TooLate, Forbidden."""
    with transaction.atomic():
        stored = opened(post, Act.SEND_BACK, by)
        return written(stored, by, at, verb="post.send_back", state=PostState.DRAFT, note=note.strip()[:NOTE_LENGTH])


def refuse_own(post: Post, by: User | None) -> None:
    """Raise OwnText where another person than the writer must approve."""
    review: Review = groups.policy("content.review", group=post.group)
    if by is not None and post.written_by_id == by.pk and review.wants_other(post.kind):
        raise OwnText(_("You wrote this text; here somebody else approves it."))
