"""Which tier a member is in: the words and numbers of 成员分层管理, and the rule as pure functions.

A score over some weeks of days, messages, replies received and contributions; who reaches a threshold rises at once, who falls clearly
below it falls after a grace. All of it in whole numbers, so that SQL, which judges every night, and Python say the same.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groupops.groups.policy import ValueRefused, setting

UNKNOWN = ""  # nothing was received that could tell; never "lurker"


class Tier(TextChoices):
    """A tier of the seed (用户分类体系), the highest first."""

    CORE = "core", _("Core")
    ACTIVE = "active", pgettext_lazy("tier", "Active")  # an account that is active is another word in Chinese
    ORDINARY = "ordinary", _("Ordinary")
    LURKER = "lurker", _("Lurker")


RANK: dict[str, int] = {Tier.LURKER: 0, Tier.ORDINARY: 1, Tier.ACTIVE: 2, Tier.CORE: 3}
BY_RANK = tuple(sorted(Tier, key=lambda tier: RANK[tier]))


class Why(TextChoices):
    """Why a tier changed."""

    FIRST = "first", _("first judged")
    ROSE = "rose", _("rose")
    FELL = "fell", _("fell after grace")
    LOCK = "lock", _("locked")
    UNLOCK = "unlock", _("unlocked")


@dataclass(frozen=True)
class TierRule:
    """Policy members.tiers. Ours are all numbers but the names: the seed says what marks a tier, not how it is counted."""

    title: ClassVar[Promise] = _("Tiers of members")
    window_days: int = setting(30, _("Days that count"), low=7, high=180, unit=_("days"))
    per_day: int = setting(10, _("Points for a day with a message"), high=100)
    per_message: int = setting(1, _("Points for a message"), high=100)
    messages_a_day: int = setting(10, _("Messages of a day that count"), low=1, high=1000, help=_("More of them on one day add nothing."))
    per_reply: int = setting(2, _("Points for a reply received"), high=100)
    replies_a_day: int = setting(10, _("Replies of a day that count"), low=1, high=1000)
    per_contribution: int = setting(10, _("Points for a contribution"), high=1000)
    core: int = setting(250, _("Core from"), low=1, high=100_000, unit=_("points"))
    active: int = setting(70, _("Active from"), low=1, high=100_000, unit=_("points"))
    ordinary: int = setting(1, _("Ordinary from"), low=1, high=100_000, unit=_("points"), help=_("Below are lurkers."))
    hold_percent: int = setting(
        90, _("A tier is kept down to"), low=1, high=100, unit="%", help=_("Of its threshold, so that nobody goes to and fro.")
    )
    grace_days: int = setting(14, _("Grace before a fall"), high=90, unit=_("days"))
    quiet_days: int = setting(
        7, _("Nothing moves when nothing was received for"), low=1, high=60, unit=_("days"), help=_("The connection may be down.")
    )
    tasks_a_day: int = setting(5, _("Care tasks a group and day"), high=50, help=_("Beyond them the next days."))
    talk_every: int = setting(30, _("Talk to core members every"), low=7, high=365, unit=_("days"))
    wake_every: int = setting(30, _("Wake quiet ordinary members every"), low=7, high=365, unit=_("days"))

    def __post_init__(self) -> None:
        if not self.core > self.active > self.ordinary:
            raise ValueRefused(_("The thresholds fall from core over active to ordinary."), field="active")
        if self.per_day + self.per_message + self.per_reply + self.per_contribution == 0:
            raise ValueRefused(_("At least one thing must give points."), field="per_day")

    @property
    def thresholds(self) -> tuple[int, int, int]:
        """From which score on one is ordinary, active, core."""
        return self.ordinary, self.active, self.core


class Did(NamedTuple):
    """What a member did on one day."""

    messages: int = 0
    replies: int = 0
    contributions: int = 0


class Standing(NamedTuple):
    """Where a member stands: the tier ("" unknown), and since which judged day the score is too low for it (None: it is not)."""

    tier: str
    below_since: date | None = None


def points(rule: TierRule, did: Did) -> int:
    """What one day adds to the score."""
    return (
        (rule.per_day if did.messages else 0)
        + rule.per_message * min(did.messages, rule.messages_a_day)
        + rule.per_reply * min(did.replies, rule.replies_a_day)
        + rule.per_contribution * did.contributions
    )


def earned(rule: TierRule, score: int) -> Tier:
    """The tier whose threshold a score reaches."""
    return BY_RANK[sum(score >= threshold for threshold in rule.thresholds)]


def held(rule: TierRule, score: int) -> Tier:
    """The tier that a score suffices to keep."""
    return BY_RANK[sum(100 * score >= rule.hold_percent * threshold for threshold in rule.thresholds)]


def judge(rule: TierRule, now: Standing, score: int, day: date, *, seen_days: int) -> Standing:
    """Where a member stands after a day; for any score, and never lower for a higher one.

    `seen_days`: for how many days we have heard the group while they were there. Who has not been heard in fewer than the grace is
    unknown yet, not a lurker (seed: 长期潜水).
    """
    gained, kept = earned(rule, score), held(rule, score)
    if now.tier == UNKNOWN:
        return Standing(UNKNOWN if gained == Tier.LURKER and seen_days < max(rule.grace_days, 1) else gained)
    if RANK[gained] > RANK[now.tier] or RANK[kept] >= RANK[now.tier]:
        return Standing(gained if RANK[gained] > RANK[now.tier] else now.tier)
    since = now.below_since or day
    return Standing(kept) if day - since >= timedelta(days=rule.grace_days) else Standing(now.tier, since)


class Band(NamedTuple):
    """The share of the members, in per cent, that the seed expects in a tier: advice, never an alarm (they sum to 95–125)."""

    low: int
    high: int


class Words(NamedTuple):
    """What the seed says of a tier."""

    marks: Promise  # 特征
    rights: Promise  # 权益
    care: Promise  # 管理
    band: Band


TABLE: dict[Tier, Words] = {
    Tier.CORE: Words(
        _("Highly active, contributes things of value"),
        _("A contact person of their own, early tests of the product"),
        _("Cared for first, talked to regularly"),
        Band(5, 10),
    ),
    Tier.ACTIVE: Words(
        _("Takes part often, contributes something"),
        _("Answered first, invited to events"),
        _("Encouraged to speak, recognised"),
        Band(20, 30),
    ),
    Tier.ORDINARY: Words(
        _("Takes part now and then, mostly reads"),
        _("Basic service, the group's resources"),
        _("Woken up regularly, given something of value"),
        Band(60, 70),
    ),
    Tier.LURKER: Words(
        _("Hardly ever speaks, has been silent for long"),
        _("Receives information, served on request"),
        _("Moderately cleaned up, their share kept low"),
        Band(10, 15),
    ),
}
