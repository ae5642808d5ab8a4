"""Reads of rehearsals: which a user may see, and what a run needs to know before it begins."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.shortcuts import get_object_or_404

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.inbound.models import Emptied
from moderation.models import Case, Decision, Evidence, Measure, Rehearsal, RehearsedCase, Report, Rule, Strike, WordList
from moderation.models.rehearsals import Which
from moderation.policy import Act, CaseState, RuleState, Source
from moderation.queries.rules import rules_for
from moderation.queries.standing import HOUR, INCIDENT
from moderation.rehearsals.play import Counts
from moderation.services.reporting import DAY

STATES: dict[str, tuple[RuleState, ...]] = {
    Which.LIVE: (RuleState.LIVE,),
    Which.REHEARSED: (RuleState.LIVE, RuleState.REHEARSAL),
    Which.ALL: (RuleState.LIVE, RuleState.REHEARSAL, RuleState.DRAFT),
    Which.TRIED: (),
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
    """The rules that are run for each group, as if all were live; what is tried as it is tried. Nothing is saved."""
    found = rules_for([group.pk for group in groups], STATES[row.which])
    tried = row.change.get("rule")
    if tried and not any(rule.pk == tried for rules in found.values() for rule in rules):
        _place(Rule.objects.prefetch_related("lists").get(pk=tried), groups, found)
    for rules in found.values():
        for rule in rules:
            rule.state = RuleState.LIVE
            for name, value in row.change["values"].items() if rule.pk == tried else ():
                setattr(rule, name, value)
    for draft in drafts_of(row):
        _place(draft, groups, found)
    return found


def _place(rule: Rule, groups: Collection[Group], found: dict[int, list[Rule]]) -> None:
    """Among the rules of each group where it looks."""
    for group in groups:
        if rule.group_id in (None, group.pk) and rule.kind_id in (None, group.kind_id):
            found[group.pk] = sorted([*found.get(group.pk, []), rule], key=lambda one: one.pk)


def drafts_of(row: Rehearsal) -> list[Rule]:
    """The rules that nobody saved, live for the run; by numbers below nought, so that no stored rule is meant. One query."""
    given = row.change.get("drafts", [])
    lists = WordList.objects.in_bulk({pk for values in given for pk in values["lists"]})
    found = []
    for n, values in enumerate(given, 1):
        own = {name: value for name, value in values.items() if name != "lists"}
        words = [line for pk in values["lists"] if pk in lists for line in lists[pk].lines]
        if words:
            own["settings"] = own["settings"] | {"words": [*own["settings"].get("words", []), *words]}
        found.append(Rule(pk=-n, version=0, state=RuleState.LIVE, **own))
    return found


def changed(row: Rehearsal) -> set[int]:
    """The numbers of the rules that are not run as they are stored."""
    return {-n for n in range(1, len(row.change.get("drafts", [])) + 1)} | {pk for pk in [row.change.get("rule")] if pk}


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
    """When the machine acted in the last hour before each group's history, as queries.dealt_with counts. Two queries."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = Decision.objects.filter(by=None, undone_at=None, case__group__in=list(since), at__lt=max(since.values()))
    for group, at in rows.filter(at__gt=min(since.values()) - HOUR).order_by("pk").values_list("case__group", "at"):
        if since[group] - HOUR < at < since[group]:
            found[group].append(at)
    recalls = Measure.objects.filter(
        act=Act.RECALL,
        why="",
        at__gt=F("case__state_at"),
        case__state=CaseState.PUNISHED,
        case__group__in=list(since),
        decision__undone_at=None,
    )
    recalls = recalls.filter(decision__at__gt=min(since.values()) - HOUR - INCIDENT, decision__at__lt=max(since.values()))
    for group, at in recalls.order_by("pk").values_list("case__group", "at"):
        if since[group] - HOUR < at < since[group]:
            found[group].append(at)
    return found


def reported_before(since: Mapping[int, datetime]) -> dict[int, list[tuple[int, datetime]]]:
    """What members had reported in the day before each group's history: by reporter, (event, when). One query."""
    found: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    rows = Report.objects.filter(reporter__group__in=list(since), at__lt=max(since.values()), at__gt=min(since.values()) - DAY)
    for group, who, event, at in rows.order_by("pk").values_list("reporter__group", "reporter", "event_id", "at"):
        if since[group] - DAY < at < since[group]:
            found[who].append((event, at))
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
