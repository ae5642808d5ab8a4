"""管理 of each tier as care tasks: core members are talked to, who rose is recognised, quiet ones are woken. Few a group and night."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from members.care import services as care
from members.caring import CareSort, Wanted
from members.models import CareTask, Membership, TierChange
from members.tiering import Tier, TierRule, Why
from members.tiers.given import Given


def propose(*, nights: Sequence[Given], at: datetime) -> int:
    """The tasks of one night, at most `tasks_a_day` a group; call it in the night's transaction. Five queries for each rule in use."""
    by_rule: defaultdict[TierRule, list[Given]] = defaultdict(list)
    for night in nights:
        by_rule[night.rule].append(night)
    return sum(_proposed(rule, found, at) for rule, found in by_rule.items() if rule.tasks_a_day)


def _proposed(rule: TierRule, nights: Sequence[Given], at: datetime) -> int:
    days = {night.group_id: night.day for night in nights}
    here = Membership.objects.filter(group__in=days, left_at=None, same_as=None)
    rose = TierChange.objects.filter(membership=OuterRef("pk"), at=at, why=Why.ROSE, tier__in=[Tier.ACTIVE, Tier.CORE])
    silent = here.filter(tier=Tier.ORDINARY, last_spoke_at__lte=at - timedelta(days=max(rule.grace_days, 1)))
    chosen = [
        (CareSort.TIER_RECOGNISE, here.filter(Exists(rose))),
        (CareSort.TIER_TALK, _not_lately(here.filter(tier=Tier.CORE), CareSort.TIER_TALK, rule.talk_every, at)),
        (CareSort.TIER_WAKE, _not_lately(silent, CareSort.TIER_WAKE, rule.wake_every, at)),
    ]
    given: Counter[int] = Counter()
    wanted = []
    for sort, rows in chosen:
        for pk, group in _few(rows, rule.tasks_a_day):
            if given[group] < rule.tasks_a_day:
                given[group] += 1
                wanted.append(Wanted(pk, sort, at, occasion=days[group].isoformat()))
    return care.propose(wanted=wanted, by=None, at=at) if wanted else 0


def _not_lately(rows: QuerySet[Membership], sort: CareSort, days: int, at: datetime) -> QuerySet[Membership]:
    """Those for whom no such task was made in so many days."""
    made = CareTask.objects.filter(membership=OuterRef("pk"), sort=sort, created_at__gt=at - timedelta(days=days))
    return rows.exclude(Exists(made))


def _few(rows: QuerySet[Membership], most: int) -> list[tuple[int, int]]:
    """At most so many of each group: (membership, group)."""
    ranked = rows.annotate(place=Window(RowNumber(), partition_by=F("group"), order_by=F("pk").asc()))
    return list(ranked.filter(place__lte=most).values_list("pk", "group_id"))
