"""Reads of rehearsals: which a user may see, and what a run needs to know before it begins."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.inbound.models import Emptied
from moderation.models import Case, Decision, Evidence, Rehearsal, RehearsedCase, Rule, Strike
from moderation.models.rehearsals import Which
from moderation.policy import RuleState, Source
from moderation.queries.rules import rules_for
from moderation.queries.standing import HOUR
from moderation.rehearsals.play import Counts

STATES: dict[str, tuple[RuleState, ...]] = {
    Which.LIVE: (RuleState.LIVE,),
    Which.REHEARSED: (RuleState.LIVE, RuleState.REHEARSAL),
    Which.ALL: (RuleState.LIVE, RuleState.REHEARSAL, RuleState.DRAFT),
}
TRIED = ("offence", "severity", "certain", "removes_alone", "exempt_labels", "from_hour", "until_hour", "settings")


def rehearsals_for(user: User) -> QuerySet[Rehearsal]:
    """Those of the groups a user sees; those of kinds and of the site for who sees every group."""
    mine = Q(group__in=access.visible_to(user))
    if user.is_active and user.has_right(Right.SEE_ALL_GROUPS):
        mine |= Q(group=None)
    return Rehearsal.objects.filter(mine).select_related("group", "kind", "by", "result")


def rehearsal_for(user: User, pk: int) -> Rehearsal:
    """One of them; 404 for a foreign or an absent one."""
    return get_object_or_404(rehearsals_for(user), pk=pk)


def cases_of(row: Rehearsal, user: User) -> QuerySet[RehearsedCase]:
    """Its cases, in the groups that the user sees."""
    rows = RehearsedCase.objects.filter(rehearsal=row, group__in=access.visible_to(user))
    return rows.select_related("membership__person", "group", "rule", "real")


def may_read(user: User, groups: Collection[Group]) -> set[int]:
    """Of these groups, those whose evidence the user may see: names and words of the others are masked. One query."""
    return {pk for pk, rights in access.rights_on(user, groups).items() if GroupRight.MODERATE in rights}


def places(row: Rehearsal) -> list[Group]:
    """The groups it is about."""
    rows = Group.objects.filter(sandbox=False).select_related("kind").order_by("pk")
    if row.group_id:
        rows = rows.filter(pk=row.group_id)
    elif row.kind_id:
        rows = rows.filter(kind=row.kind_id)
    return list(rows)


def rules_of(row: Rehearsal, groups: Collection[Group]) -> dict[int, list[Rule]]:
    """The rules that are run for each group, as if all were live; the one that is tried with its tried settings. Nothing is saved."""
    found = rules_for([group.pk for group in groups], STATES[row.which])
    tried = row.change.get("rule")
    if tried and not any(rule.pk == tried for rules in found.values() for rule in rules):
        rule = Rule.objects.prefetch_related("lists").get(pk=tried)
        for group in groups:
            if rule.group_id in (None, group.pk) and rule.kind_id in (None, group.kind_id):
                found[group.pk] = sorted([*found.get(group.pk, []), rule], key=lambda one: one.pk)
    for rules in found.values():
        for rule in rules:
            rule.state = RuleState.LIVE
            if rule.pk == tried:
                for name, value in row.change["values"].items():
                    setattr(rule, name, value)
    return found


def kept_since(groups: Collection[int]) -> datetime | None:
    """Before this moment some group has no texts any more; None: everything has. One query."""
    return Emptied.objects.filter(group__in=groups).order_by("-until").values_list("until", flat=True).first()


def strikes_before(since: Mapping[int, datetime]) -> dict[int, list[Counts]]:
    """The strikes of these groups that still count when their history begins, by membership. One query."""
    found: defaultdict[int, list[Counts]] = defaultdict(list)
    rows = Strike.objects.filter(group__in=list(since), overruled_at=None, at__lt=max(since.values()), expires_at__gt=min(since.values()))
    for group, membership, ladder, weight, at, until in rows.order_by("pk").values_list(
        "group", "membership", "ladder", "weight", "at", "expires_at"
    ):
        if at < since[group]:
            found[membership].append(Counts(ladder, weight, at, until))
    return found


def dealt_before(since: Mapping[int, datetime]) -> dict[int, list[datetime]]:
    """When the machine acted in the last hour before each group's history. One query."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = Decision.objects.filter(by=None, undone_at=None, case__group__in=list(since), at__lt=max(since.values()))
    for group, at in rows.filter(at__gt=min(since.values()) - HOUR).order_by("pk").values_list("case__group", "at"):
        if since[group] - HOUR < at < since[group]:
            found[group].append(at)
    return found


def happened(since: Mapping[int, datetime], until: datetime) -> tuple[dict[int, list[int]], dict[int, Case]]:
    """Real cases that a rule, the model or a member noticed: numbers by event, and each by its number. Two queries."""
    rows = Evidence.objects.filter(case__group__in=list(since), at__gte=min(since.values()), at__lt=until)
    rows = rows.exclude(case__source=Source.STAFF).exclude(case__source=Source.RULE, case__rule=None)  # the latter: a flood of joins
    rows = rows.order_by("pk")
    by_event: defaultdict[int, list[int]] = defaultdict(list)
    for event, case, group, at in rows.values_list("event_id", "case", "case__group", "at"):
        if at >= since[group]:
            by_event[event].append(case)
    pks = {case for cases in by_event.values() for case in cases}
    cases: dict[int, Any] = Case.objects.annotate(n=Count("evidence")).in_bulk(pks)
    return dict(by_event), cases


def waiting() -> Any:
    """Rehearsals that nobody runs, or whose worker died, oldest first."""
    return Rehearsal.objects.filter(state__in=["waiting", "running"]).order_by("pk").values_list("pk", flat=True)
