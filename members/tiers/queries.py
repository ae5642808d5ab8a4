"""Reads of the tiers: whom a reply answers, the shape and flow, what changed and why, who could grow into a post, what a rule would do."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as policies
from groupops.groups.models import Group, Kind
from groupops.groups.policy import Lifecycle
from groupops.inbound.models import StoredEvent
from members.asking import QuestionState
from members.models import Membership, Question, TierChange, TierNight
from members.tiering import TABLE, Tier, TierRule
from members.tiers import statement
from members.tiers.given import POLICY, Given, given

LATE = timedelta(days=1)  # a reply to something older is not looked up: messages have no index by their remote id
HELP_DAYS = timedelta(days=30)
CANDIDATES = 10
NAMES = 50  # in a page of a preview


def authors(replied: Mapping[tuple[int, str], datetime]) -> dict[tuple[int, str], set[int]]:
    """The memberships of those who wrote these messages, by (group, remote id); given is when each was replied to. Two queries."""
    groups, first, last = {group for group, _to in replied}, min(replied.values()), max(replied.values())
    rows = StoredEvent.objects.filter(
        group__in=groups, occurred_at__gte=first - LATE, occurred_at__lte=last, remote_message__in={to for _group, to in replied}
    )
    wrote = [row for row in rows.values_list("group_id", "remote_message", "person_id") if row[2]]
    members = Membership.objects.filter(group__in=groups, person__in={person for _group, _message, person in wrote})
    stays = {(group, person): pk for group, person, pk in members.values_list("group_id", "person_id", "pk")}
    found = [(group, message, stays.get((group or 0, person or 0))) for group, message, person in wrote]
    return {(group, message): {stay} for group, message, stay in found if group is not None and stay is not None}


def bearers(groups: Collection[int], names: Collection[str]) -> dict[tuple[int, str], set[int]]:
    """The memberships of those present who are called or addressed so, by (group, name)."""
    rows = Membership.objects.filter(
        Q(person__name__in=names) | Q(person__remote_id__in=names), group__in=groups, left_at=None, same_as=None
    )
    found: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for group, pk, name, account in rows.values_list("group_id", "pk", "person__name", "person__remote_id"):
        found[group, name].add(pk)
        found[group, account].add(pk)
    return found


def askers(events: Collection[int]) -> list[tuple[int, int]]:
    """Of these messages, those that answered a question: (event, the asker's membership)."""
    return list(Question.objects.filter(answer__in=events, state=QuestionState.ANSWERED).values_list("answer_id", "membership_id"))


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


@dataclass(frozen=True)
class Preview:
    """What a rule would do: how many are in which tier now and then, how many move, and some of them by name."""

    now: list[Share]
    then: list[Share]
    moving: int
    names: list[tuple[Membership, str, str]]  # who, from, to
    after: int | None  # the next page begins behind this membership; None: there is none


def preview(rule: TierRule, *, at: datetime, kind: Kind | None = None, group: Group | None = None, after: int = 0) -> Preview:
    """What `rule` would do at a place, when every grace is over; groups below it with a rule of their own keep theirs.

    Reads every member of the place: counts and one page of names, of those behind `after`. Writes nothing.
    """
    nights = [night.under(rule) for night in concerned(at=at, kind=kind, group=group)]
    sql, values = statement.verdicts(nights, at_once=True, everybody=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT was, tier, COUNT(*) FROM ({sql}) verdicts GROUP BY was, tier", values)  # noqa: S608  (our own names)
        counts = cursor.fetchall()
        cursor.execute(
            f"SELECT id, was, tier FROM ({sql}) verdicts WHERE tier <> was AND id > %s ORDER BY id LIMIT {NAMES + 1}",  # noqa: S608
            [*values, after],
        )
        rows = cursor.fetchall()
    members = Membership.objects.filter(pk__in=[row[0] for row in rows[:NAMES]]).select_related("person", "group").in_bulk()
    now: defaultdict[str, int] = defaultdict(int)
    then: defaultdict[str, int] = defaultdict(int)
    for was, tier, n in counts:
        now[was] += n
        then[tier] += n
    names = [(members[pk], was, tier) for pk, was, tier in rows[:NAMES] if pk in members]
    moving = sum(n for was, tier, n in counts if was != tier)
    return Preview(shares(now), shares(then), moving, names, rows[NAMES - 1][0] if len(rows) > NAMES else None)


def concerned(*, at: datetime, kind: Kind | None = None, group: Group | None = None) -> list[Given]:
    """The nights of the groups in which the rule of a place counts, heard ones only: others do not move."""
    rows = Group.objects.filter(sandbox=False).exclude(lifecycle=Lifecycle.ARCHIVED)
    found = list((rows.filter(pk=group.pk) if group else rows.filter(kind=kind) if kind else rows).order_by("pk"))
    nearer = _with_a_rule_of_their_own(found, kind=kind, group=group)
    return [night for night in given([row for row in found if row.pk not in nearer], at) if night.heard_lately]


def _with_a_rule_of_their_own(rows: Sequence[Group], *, kind: Kind | None, group: Group | None) -> set[int]:
    if group:
        return set()
    own = [item.row for item in policies.overrides(POLICY)]
    by_group, by_kind = {row.group_id for row in own if row.group_id}, {row.kind_id for row in own if row.kind_id}
    return {row.pk for row in rows if row.pk in by_group or (kind is None and row.kind_id in by_kind)}
