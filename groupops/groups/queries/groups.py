"""Groups in lists and alone: the list query, the numbers of the last days, the size a group should have."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import DayNumbers, SizeRange, StagePlan, target_range
from groupops.groups.queries.policies import policies_for
from groupops.groups.queries.product import current_users

NO_HEALTH = 101  # groups without a score come after the healthiest


def listing(rows: QuerySet[Group]) -> QuerySet[Group]:
    """`rows` as a list shows them: kind at hand, `health_order` to sort by."""
    return rows.select_related("kind").annotate(health_order=Coalesce("health", Value(NO_HEALTH), output_field=IntegerField()))


def message_counts(groups: Iterable[Group], *, until: date, days: int = 14) -> dict[int, list[int]]:
    """The messages of each group on each of the last days, oldest first, by the group's pk; one query for the whole list."""
    first = until - timedelta(days=days - 1)
    counts = {group.pk: [0] * days for group in groups}
    rows = GroupDay.objects.filter(group__in=list(counts), day__gte=first, day__lte=until).values_list("group", "day", "messages")
    for group, day, messages in rows:
        counts[group][(day - first).days] = messages
    return counts


def day_numbers(groups: Iterable[Group], *, since: date) -> dict[int, list[DayNumbers]]:
    """The numbers of each group's days since then, oldest first, by the group's pk; one query for the whole list."""
    found: dict[int, list[DayNumbers]] = {group.pk: [] for group in groups}
    columns = ("day", "messages", "speakers", "joins", "leaves", "posts_sent")
    rows = GroupDay.objects.filter(group__in=list(found), day__gte=since).order_by("day").values_list("group", *columns)
    for group, *numbers in rows:
        found[group].append(DayNumbers(*numbers))
    return found


def first_days(groups: Iterable[Group]) -> dict[int, date | None]:
    """The first day with numbers of each group, by its pk, None where it has none; one query, a look into the index per group."""
    days = GroupDay.objects.filter(group=OuterRef("pk")).order_by("day").values("day")[:1]
    return dict(Group.objects.filter(pk__in=[group.pk for group in groups]).values_list("pk", Subquery(days)))


def size_ranges(groups: Sequence[Group]) -> dict[int, SizeRange]:
    """The size each group should have, by its pk: its own, else the product stage's target, else its kind's. Two queries."""
    users, plans = current_users(), policies_for("group.stage", groups)
    return {group.pk: size_range(group, users, plans[group.pk]) for group in groups}


def size_range(group: Group, users: int | None, plan: StagePlan) -> SizeRange:
    """The size one group should have; its kind must be at hand."""
    if group.size_low is not None and group.size_high is not None:
        return SizeRange(group.size_low, group.size_high)
    stage = plan.stage(users) if users is not None else None
    return target_range(group.kind.slug, stage, plan) or SizeRange(group.kind.size_low, group.kind.size_high)
