"""建群建议, asked: the product's stage, the facts of every running group, and what follows."""

from dataclasses import dataclass
from datetime import date, timedelta

from groupops.groups.models import Group, Kind
from groupops.groups.policy import Advice, DayNumbers, GroupFacts, Lifecycle, SizeRange, Stage, StagePlan, advise, forecast
from groupops.groups.queries.groups import day_numbers, size_ranges
from groupops.groups.queries.policies import policy
from groupops.groups.queries.product import current_users

TREND = 30  # days that the forecast looks back


@dataclass(frozen=True)
class AdviceBoard:
    """The page of advice: the product, the groups with their forecasts, and what to do."""

    users: int | None
    stage: Stage | None
    plan: StagePlan
    advice: list[Advice]
    groups: dict[int, Group]
    facts: list[GroupFacts]
    kinds: dict[str, Kind]


def advice_board(*, today: date) -> AdviceBoard:
    """What to open, merge and split now. Six queries, however many groups."""
    groups = list(
        Group.objects.filter(sandbox=False).exclude(lifecycle=Lifecycle.ARCHIVED).select_related("kind").order_by("kind__position", "name")
    )
    users, plan = current_users(), policy("group.stage")
    sizes, days = size_ranges(groups), day_numbers(groups, since=today - timedelta(days=TREND))
    facts = [_facts(group, sizes[group.pk], days[group.pk], today) for group in groups]
    return AdviceBoard(
        users=users,
        stage=plan.stage(users) if users is not None else None,
        plan=plan,
        advice=advise(users=users, groups=facts, plan=plan, today=today),
        groups={group.pk: group for group in groups},
        facts=facts,
        kinds={kind.slug: kind for kind in Kind.objects.filter(archived=False)},
    )


def _facts(group: Group, size: SizeRange, days: list[DayNumbers], today: date) -> GroupFacts:
    return GroupFacts(
        pk=group.pk,
        name=group.name,
        kind=group.kind.slug,
        members=group.member_count,
        size=size,
        filling=forecast(members=group.member_count, high=size.high, days=days, today=today),
        running=group.lifecycle == Lifecycle.ACTIVE,
        region=group.region,
    )
