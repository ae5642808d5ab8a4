"""Who has been silent for too long, and what becomes of them: states, moves and rules of the sweep (seed: 长期潜水). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import ValueRefused, setting
from groupops.shared import placeholders
from groupops.shared.placeholders import Unfilled
from groupops.shared.wall import wall_moment

KNOWN = ("name", "group", "link")  # placeholders of the private question
LONGEST_LEAVE = timedelta(days=366)
# Seed: 清理前：私聊询问是否还需要留在群中. Said to members, whose groups are Chinese.
ASK = (
    "{{name}}你好，我是「{{group}}」的管理员。你已经很久没有在群里发言了，我们会定期清理长期潜水的成员。"
    "还需要留在群里吗？在群里说句话，或打开下面的链接点一下「保留」，位置就留着：{{link}}"
)


class Mode(TextChoices):
    """How far the sweep of a group goes."""

    OFF = "off", _("Off")
    DRY_RUN = "dry_run", _("Report only")
    ASK = "ask", _("Asks, removes nobody")
    REMOVE = "remove", _("Asks, and removes after review")


ASKING_MODES = (Mode.ASK, Mode.REMOVE)


class CaseState(TextChoices):
    """Where a silent member is."""

    CANDIDATE = "candidate", _("Proposed")
    EXEMPT = "exempt", _("Exempt")
    ASKING = "asking", _("Being asked")
    UNASKED = "unasked", _("Could not be asked")
    ASKED = "asked", _("Asked")
    KEPT = "kept", _("Keeps the seat")
    REPLIED = "replied", _("Spoke again")
    LEFT = "left", _("Left")
    IN_REVIEW = "in_review", _("To review")
    SPARED = "spared", _("Stays by decision")
    APPROVED = "approved", _("Waits for a second person")
    REMOVING = "removing", _("Being removed")
    REMOVED = "removed", _("Removed")
    FAILED = "failed", _("Not removed")
    RESTORED = "restored", _("Back again")


S = CaseState
_LIFE = frozenset({S.KEPT, S.REPLIED, S.LEFT, S.EXEMPT, S.SPARED})  # what ends a case well, from wherever it is
# The whole machine; docs/reference/sweep.md is drawn from it. A move that is not here is a bug.
MOVES: dict[CaseState, frozenset[CaseState]] = {
    S.CANDIDATE: _LIFE | {S.ASKING},
    S.EXEMPT: frozenset(),
    S.ASKING: _LIFE | {S.ASKED, S.UNASKED},
    S.UNASKED: _LIFE | {S.ASKING, S.ASKED},
    S.ASKED: _LIFE | {S.ASKING, S.UNASKED, S.IN_REVIEW},
    S.KEPT: frozenset(),
    S.REPLIED: frozenset(),
    S.LEFT: frozenset(),
    S.IN_REVIEW: _LIFE | {S.APPROVED, S.REMOVING},
    S.SPARED: frozenset({S.IN_REVIEW}),
    S.APPROVED: _LIFE | {S.REMOVING, S.IN_REVIEW},
    S.REMOVING: _LIFE | {S.REMOVED, S.FAILED},
    S.REMOVED: frozenset({S.REMOVING, S.FAILED, S.RESTORED}),
    S.FAILED: _LIFE | {S.REMOVING, S.REMOVED},
    S.RESTORED: frozenset({S.REMOVED}),  # the undo of a person's word
}
SECOND_WITHIN = timedelta(days=7)  # then a first approval is void, and the case is decided anew
# Somebody or something is at it: one such case a member.
IN_PROGRESS = (S.ASKING, S.UNASKED, S.ASKED, S.IN_REVIEW, S.APPROVED, S.REMOVING, S.FAILED)
TO_DECIDE = (S.IN_REVIEW, S.APPROVED, S.UNASKED, S.FAILED)  # wait for a person
GRACE_OVER = (S.IN_REVIEW, S.APPROVED, S.REMOVING, S.REMOVED, S.FAILED, S.RESTORED)  # nobody comes here unasked
BY_APPROVAL = (S.APPROVED, S.REMOVING, S.REMOVED, S.FAILED, S.RESTORED)  # nor here without a person's word
BY_SECOND = (S.REMOVING, S.REMOVED, S.FAILED, S.RESTORED)
COUNTED = (S.APPROVED, S.REMOVING, S.REMOVED, S.FAILED, S.RESTORED)  # against the cap of a run


class Blocked(TextChoices):
    """Why a run proposes nobody: silence is only what one could have heard."""

    NONE = "", ""
    NO_DATA = "no_data", _("No messages of this group are known in that time. Import the chat, or bind the group to its room.")
    SHORT = "short", _("The messages do not reach back far enough.")
    GAP = "gap", _("There is a gap in the messages: silence cannot be told from a lost connection.")


@dataclass(frozen=True)
class Hearing:
    """Whether the messages of a group cover a time; if not, why, and from when until when nothing is known."""

    blocked: Blocked = Blocked.NONE
    since: date | None = None
    until: date | None = None


def hearing(days: Sequence[date], *, first: date, last: date, gap: int) -> Hearing:
    """Judge the days with messages (in order) for the time from `first` to `last`; more than `gap` days without any are a gap."""
    if not days:
        return Hearing(Blocked.NO_DATA, first, last)
    if days[0] > first:
        return Hearing(Blocked.SHORT, first, days[0])
    for before, after in zip(days, [*days[1:], last], strict=True):
        if (after - before).days > gap and after > first:
            return Hearing(Blocked.GAP, before, after)
    return Hearing()


@dataclass(frozen=True)
class SweepRule:
    """Policy members.sweep: who counts as silent, who is asked and how many, and how far it goes."""

    title: ClassVar[Promise] = _("Inactive sweep")
    mode: str = setting(Mode.DRY_RUN.value, _("how far it goes"), help=_("off, dry_run (report only), ask, or remove (after a review)."))
    silent_days: int = setting(90, _("silent for"), low=30, high=3650, unit=_("days"))
    grace_days: int = setting(7, _("time to answer"), low=1, high=60, unit=_("days"))
    newcomer_days: int = setting(30, _("newcomers are left alone for"), low=0, high=365, unit=_("days"))
    gap_days: int = setting(
        14, _("no message in the whole group for"), low=1, high=90, unit=_("days"), help=_("From then on silence proves nothing: no sweep.")
    )
    batch: int = setting(20, _("asked and removed at most in a run"), low=1, high=200, unit=_("people"))
    two_person_above: int = setting(
        5, _("a second person approves above"), low=0, high=200, unit=_("people"), help=_("Of one run. 0: always.")
    )
    weekday: int = setting(2, _("weekday"), low=1, high=7, help=_("1 is Monday."))
    hour: int = setting(10, _("hour"), low=0, high=23, help=_("On the group's clock."))
    text: str = setting(ASK, _("private question"), help=_("{{name}}, {{group}} and {{link}} are filled in."))

    def __post_init__(self) -> None:
        if self.mode not in Mode.values:
            raise ValueRefused(_now("Write one of: %(modes)s.") % {"modes": ", ".join(Mode.values)}, field="mode")
        try:
            placeholders.check(self.text, KNOWN, field="text")
        except Unfilled as refusal:
            raise ValueRefused(str(refusal.message), field="text") from None
        if "link" not in placeholders.spots(self.text):
            raise ValueRefused(_now("The text must hold {{link}}: it is how the seat is kept."), field="text")

    @property
    def grace(self) -> timedelta:
        """From the receipt of the question to the review."""
        return timedelta(days=self.grace_days)

    def due(self, week: date, zone: str) -> datetime:
        """When the run of a week (its Monday) is due, in UTC."""
        return wall_moment(week + timedelta(days=self.weekday - 1), time(self.hour), zone)


def week_of(day: date) -> date:
    """The Monday of a local day."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Facts:
    """What is so now of a member with a case."""

    present: bool
    joined_at: datetime
    last_spoke_at: datetime | None
    kept_at: datetime | None
    exempt: str  # codes, comma-separated


@dataclass(frozen=True)
class Then:
    """What was so when the case was made."""

    made_at: datetime
    last_spoke_at: datetime


def outcome(then: Then, now: Facts) -> CaseState | None:
    """How a case ended by itself; None: the member is as silent as before."""
    if not now.present or now.joined_at > then.made_at:
        return S.LEFT
    if now.last_spoke_at is None or now.last_spoke_at > then.last_spoke_at:
        return S.REPLIED
    if now.kept_at is not None and now.kept_at > then.made_at:
        return S.KEPT
    return S.EXEMPT if now.exempt else None


def following(state: CaseState, found: CaseState | None, *, grace_until: datetime | None, at: datetime) -> CaseState | None:
    """The state that a case in progress moves to by itself at `at`; None: it stays.

    One that is being removed follows its delivery alone: that they left may be what the removal did.
    """
    if state == S.REMOVING:
        return None
    if found is not None:
        return found if found in MOVES[state] else None
    over = grace_until is not None and grace_until <= at
    return S.IN_REVIEW if state == S.ASKED and over else None


def needs_second(approved: int, rule: SweepRule) -> bool:
    """Whether a second person must approve, with so many of one run approved altogether."""
    return approved > rule.two_person_above
