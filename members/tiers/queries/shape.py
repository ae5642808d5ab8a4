"""How the members stand in their tiers, how they moved, who may become a helper."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.models import Group
from groupops.groups.policy import Lifecycle
from members.asking import QuestionState
from members.models import Membership, Question, TierChange, TierNight
from members.tiering import TABLE, Tier

HELP_DAYS = timedelta(days=30)
CANDIDATES = 10


@dataclass(frozen=True)
class Share:
    """How many of those whose tier is known are in a tier, and what the seed expects and says of it."""

    tier: Tier
    members: int
    percent: float
    low: int
    high: int

    @property
    def fits(self) -> bool:
        """Whether the share is inside the seed's band, to the whole per cent."""
        return self.low <= round(self.percent) <= self.high

    @property
    def marks(self) -> Promise:
        """特征."""
        return TABLE[self.tier].marks

    @property
    def rights(self) -> Promise:
        """权益."""
        return TABLE[self.tier].rights

    @property
    def care(self) -> Promise:
        """管理."""
        return TABLE[self.tier].care


def groups_seen(user: User, group: Group | None) -> QuerySet[Group]:
    """One group, or all that a user sees and that are not archived."""
    return Group.objects.filter(pk=group.pk) if group else access.visible_to(user).exclude(lifecycle=Lifecycle.ARCHIVED)


def shape(groups: QuerySet[Group]) -> dict[str, int]:
    """How many present members are in which tier ("": unknown). One query over the index by tier."""
    rows = Membership.objects.filter(group__in=groups, left_at=None, same_as=None).order_by().values("tier").annotate(n=Count("pk"))
    return dict(rows.values_list("tier", "n"))


def shares(counts: Mapping[str, int]) -> list[Share]:
    """The shape as shares, the highest tier first."""
    total = sum(counts.get(tier, 0) for tier in Tier) or 1
    return [Share(tier, counts.get(tier, 0), 100 * counts.get(tier, 0) / total, *TABLE[tier].band) for tier in Tier]


def changes(groups: QuerySet[Group]) -> QuerySet[TierChange]:
    """What changed in these groups, with what a page shows of it."""
    return TierChange.objects.filter(group__in=groups).select_related("membership__person", "group", "by")


def changes_for(user: User) -> QuerySet[TierChange]:
    """What changed in the groups that a user sees."""
    return TierChange.objects.filter(group__in=access.visible_to(user))


@dataclass(frozen=True)
class Flow:
    """How many members began a month in one tier ("": were new or unknown) and ended it in another, or the same."""

    was: str
    tier: str
    members: int


def flow(groups: QuerySet[Group], first: date, last: date) -> list[Flow]:
    """From tier to tier between two days, both included: where those who moved began and ended, and who stayed. Two queries.

    The stays are told from the shape of the last night: members who left are in neither.
    """
    rows = TierChange.objects.filter(group__in=groups, day__gte=first, day__lte=last).order_by()
    final = rows.values("membership").annotate(final=Max("pk")).values("final")
    began = rows.filter(membership=OuterRef("membership")).order_by("pk").values("was")[:1]
    moved = (
        TierChange.objects.filter(pk__in=final).annotate(began=Subquery(began)).order_by().values("began", "tier").annotate(n=Count("pk"))
    )
    found = {(was, tier): n for was, tier, n in moved.values_list("began", "tier", "n")}
    arrived: defaultdict[str, int] = defaultdict(int)
    for (_was, tier), n in found.items():
        arrived[tier] += n
    for tier, n in _shape_on(groups, first, last).items():
        found[tier, tier] = max(found.get((tier, tier), 0) + n - arrived[tier], 0)
    return [Flow(was, tier, n) for (was, tier), n in sorted(found.items()) if n]


def _shape_on(groups: QuerySet[Group], first: date, last: date) -> dict[str, int]:
    """The shape after the last night of each group between the days."""
    rows = TierNight.objects.filter(group__in=groups, day__gte=first, day__lte=last).order_by()
    final = rows.filter(group=OuterRef("group")).order_by("-day").values("pk")[:1]
    found = dict.fromkeys(Tier.values, 0)
    for row in rows.filter(pk=Subquery(final)).values(*Tier.values):
        for tier in Tier.values:
            found[tier] += row[tier]
    return found


@dataclass(frozen=True)
class Candidate:
    """Somebody who could grow into a post (培养管理员): core or active, by the questions they answered."""

    membership: Membership
    answers: int


def candidates(groups: QuerySet[Group], at: datetime) -> list[Candidate]:
    """The core and active members who answered most in the last 30 days. Two queries."""
    rows = Question.objects.filter(
        group__in=groups,
        state=QuestionState.ANSWERED,
        answered_at__gte=at - HELP_DAYS,
        answered_by__tier__in=[Tier.CORE, Tier.ACTIVE],
        answered_by__left_at=None,
    )
    helped = dict(
        rows.order_by()
        .values("answered_by")
        .annotate(n=Count("pk"))
        .order_by("-n", "answered_by")
        .values_list("answered_by", "n")[:CANDIDATES]
    )
    found = Membership.objects.filter(pk__in=helped).select_related("person", "group").in_bulk()
    return [Candidate(found[pk], n) for pk, n in helped.items() if pk in found]
