"""The life of a post as a table: which act leads from which state to which, and when it wants a reviewer. Draws itself into the docs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from content.policy import PostKind, PostState, lapse
from groupops.groups.policy.values import ValueRefused, setting

S = PostState
DRAFT_OPEN = (S.DRAFT, S.REVIEW)  # nobody has approved it
OPEN = (*DRAFT_OPEN, S.APPROVED, S.SCHEDULED)  # it may still be changed, unless it was handed to the outbox


class Act(TextChoices):
    """What a person does to a post that has not left."""

    EDIT = "edit", _("Edit")
    MOVE = "move", _("Move")
    SUBMIT = "submit", _("Submit for approval")
    APPROVE = "approve", _("Approve")
    SEND_BACK = "send_back", _("Send back")
    HOLD = "hold", _("Hold")
    UNHOLD = "unhold", _("Release the hold")
    SEND_NOW = "send_now", _("Send now")
    CANCEL = "cancel", _("Cancel")
    RESTORE = "restore", _("Bring back")


_REVOKED = {S.DRAFT: (S.DRAFT,), S.REVIEW: (S.REVIEW,), S.APPROVED: (S.DRAFT, S.APPROVED), S.SCHEDULED: (S.DRAFT, S.SCHEDULED)}
# The whole machine: act → state → the states it may lead to; which of several is decided by the function beside it. What is not
# here is refused. A post that was handed to the outbox takes no act but CANCEL: from then on its delivery moves it.
MOVES: dict[Act, Mapping[PostState, tuple[PostState, ...]]] = {
    Act.EDIT: _REVOKED,  # after_edit
    Act.MOVE: _REVOKED,  # after_edit
    Act.SUBMIT: {S.DRAFT: (S.REVIEW,)},
    Act.APPROVE: dict.fromkeys(DRAFT_OPEN, (S.SCHEDULED, S.APPROVED)),  # in_plan
    Act.SEND_BACK: {S.REVIEW: (S.DRAFT,)},
    Act.HOLD: {S.SCHEDULED: (S.APPROVED,)},
    Act.UNHOLD: {S.APPROVED: (S.SCHEDULED,)},
    Act.SEND_NOW: dict.fromkeys((S.APPROVED, S.SCHEDULED), (S.SCHEDULED,)),
    Act.CANCEL: dict.fromkeys(OPEN, (S.CANCELLED,)),
    Act.RESTORE: {S.CANCELLED: OPEN},  # as it was before
}
AFTER_RELEASE = (Act.CANCEL,)  # its guard refuses just before the call


@dataclass(frozen=True)
class Review:
    """Policy content.review: which posts somebody must approve, and who."""

    title: ClassVar[Promise] = _("Approval of posts")
    required: bool = setting(default=False, label=_("every post is approved"), help=_("Drafts of people who may not plan always are."))
    promotions_and_announcements: bool = setting(default=True, label=_("promotions and announcements are approved"))
    other_person: bool = setting(
        default=False, label=_("by somebody else"), help=_("Whoever wrote the text does not approve it. Concerns what must be approved.")
    )

    def wants(self, kind: str) -> bool:
        """Whether a post of this kind is approved before it leaves, whoever wrote it."""
        return self.required or (self.promotions_and_announcements and kind in (PostKind.PROMOTION, PostKind.ANNOUNCEMENT))

    def wants_other(self, kind: str) -> bool:
        """Whether somebody else than the writer must approve."""
        return self.other_person and self.wants(kind)


@dataclass(frozen=True)
class Labels:
    """Policy content.labels: what stands before the text of a kind of post (seed: 推广信息 are told apart)."""

    title: ClassVar[Promise] = _("Labels of posts")
    promotion: str = setting("【推广】", _("before a promotion"), help=_("Empty: no label."))

    def __post_init__(self) -> None:
        """Short, on one line, without placeholders."""
        if len(self.promotion) > 20 or "\n" in self.promotion or "{{" in self.promotion:
            raise ValueRefused(_("A label is one line of at most 20 characters."), field="promotion")

    def on(self, kind: str, text: str) -> str:
        """The text under its label; one that carries it already stays as it is."""
        if kind != PostKind.PROMOTION or not self.promotion or text.startswith(self.promotion):
            return text
        return f"{self.promotion}{text}"


def allowed(act: Act, state: str, *, released: bool = False) -> bool:
    """Whether the table knows the act in this state."""
    return PostState(state) in MOVES[act] and (not released or act in AFTER_RELEASE)


def acts(state: str, *, released: bool = False) -> list[Act]:
    """Every act that the table knows in this state."""
    return [act for act in Act if allowed(act, state, released=released)]


def opening(review: Review, kind: str, *, may_publish: bool, draft: bool) -> PostState:
    """Where a new post begins."""
    if draft:
        return S.DRAFT
    return S.REVIEW if not may_publish or review.wants(kind) else S.SCHEDULED


def after_edit(review: Review, state: str, kind: str, *, may_publish: bool) -> PostState:
    """Where an edit leaves a post: the approval was for the old text; an editor who may approve alone approves the new one by it."""
    if state in DRAFT_OPEN:
        return PostState(state)
    return PostState(state) if may_publish and not review.wants_other(kind) else S.DRAFT


def is_over(kind: str, due_at: datetime, at: datetime) -> bool:
    """Whether a post due at `due_at` is too late at `at` to leave by itself."""
    return at - due_at > lapse(kind)


def in_plan(kind: str, due_at: datetime, at: datetime) -> PostState:
    """Where an approved post stands: it leaves at its time; when that is over it is held, for a person to move or send."""
    return S.APPROVED if is_over(kind, due_at, at) else S.SCHEDULED


def table() -> str:
    """MOVES as docs/reference/posts.md shows it."""
    head = "| Act | " + " | ".join(f"in *{state.value}*" for state in PostState) + " |"
    rows = [f"| `{act.value}` | {' | '.join(_cell(act, state) for state in PostState)} |" for act in Act]
    return "\n".join([head, "| --- " * (len(PostState) + 1) + "|", *rows])


def _cell(act: Act, state: PostState) -> str:
    return " / ".join(to.value for to in MOVES[act].get(state, ()))
