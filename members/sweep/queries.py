"""Reads of the sweep: who is silent, what is so now of a member with a case, what a person may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group, GroupDay
from groupops.groups.policy import Lifecycle
from groupops.shared import links
from members.models import Membership, Person, SweepCase, SweepRun
from members.sweep import exempting
from members.sweeping import COUNTED, IN_PROGRESS, TO_DECIDE, CaseState, Facts, SweepRule

POLICY = "members.sweep"
LINK = "sweep keep"


def rows_of(runs: Collection[int], at: datetime) -> QuerySet[Membership]:
    """Everybody of the groups of these runs, with `run`, `silent_before`, `newcomers_after` and `exempt`."""
    named = {"run": F("group__sweeps__pk"), "silent_before": F("group__sweeps__silent_before")}
    rows = Membership.objects.annotate(**named, newcomers_after=F("group__sweeps__newcomers_after")).filter(run__in=list(runs))
    return rows.annotate(exempt=exempting.exempt(at))


def silent(runs: Collection[int], at: datetime) -> QuerySet[Membership]:
    """The present ones whose last sign of life is known and older than their run's limit, and whom no earlier run is at."""
    busy = SweepCase.objects.filter(membership=OuterRef("pk"), state__in=IN_PROGRESS)
    quiet = Q(kept_at=None) | Q(kept_at__lt=F("silent_before"))
    return rows_of(runs, at).filter(quiet, ~Exists(busy), left_at=None, same_as=None, last_spoke_at__lt=F("silent_before"))


def facts(cases: Collection[SweepCase], at: datetime) -> dict[int, Facts]:
    """What is so now of the members of these cases, by the case's pk; one query."""
    columns = ("run", "pk", "left_at", "joined_at", "last_spoke_at", "kept_at", "exempt")
    rows = rows_of({case.run_id for case in cases}, at).filter(pk__in={case.membership_id for case in cases}).values_list(*columns)
    found = {(run, pk): Facts(left is None, joined, spoke, kept, exempt.strip(",")) for run, pk, left, joined, spoke, kept, exempt in rows}
    return {case.pk: found[case.run_id, case.membership_id] for case in cases}


def days_heard(group_ids: Collection[int], *, since: date) -> dict[int, list[date]]:
    """The local days on which anything was said in these groups, in order."""
    rows = GroupDay.objects.filter(group__in=group_ids, day__gte=since, messages__gt=0).order_by("group", "day").values_list("group", "day")
    found: defaultdict[int, list[date]] = defaultdict(list)
    for group, day in rows:
        found[group].append(day)
    return found


def rule_of(group: Group) -> SweepRule:
    """The policy that counts for a group."""
    rule: SweepRule = groups.policy(POLICY, group=group)
    return rule


def rules_of(rows: Iterable[Group]) -> dict[int, SweepRule]:
    """The policy that counts for each group, by its pk."""
    return groups.policies_for(POLICY, rows)


def operated() -> QuerySet[Group]:
    """The groups that are swept at all."""
    return Group.objects.filter(lifecycle=Lifecycle.ACTIVE, sandbox=False).select_related("kind").order_by("pk")


def runs_for(user: User) -> QuerySet[SweepRun]:
    """The runs a user may see; sandboxes have none."""
    return SweepRun.objects.filter(group__in=access.visible_to(user)).select_related("group", "by", "asking_by")


def cases_for(user: User) -> QuerySet[SweepCase]:
    """The silent members a user may see, with what a page shows of them."""
    rows = SweepCase.objects.filter(run__group__in=access.visible_to(user))
    return rows.select_related("run__group", "membership__person", "approved_by", "second_by")


def to_decide(user: User) -> QuerySet[SweepCase]:
    """What waits for a person, in the groups from which a user may remove people."""
    mine = access.groups_with(user, GroupRight.MODERATE).filter(lifecycle=Lifecycle.ACTIVE)
    return cases_for(user).filter(state__in=TO_DECIDE, run__group__in=mine)


def wanted_back(user: User) -> QuerySet[SweepCase]:
    """Who was removed and is to be invited again, the longest waiting first."""
    mine = access.groups_with(user, GroupRight.MODERATE)
    rows = cases_for(user).filter(state=CaseState.REMOVED, wanted_back_at__isnull=False, run__group__in=mine)
    return rows.order_by("wanted_back_at", "pk")


def asked_in(run: SweepRun) -> int:
    """How many of a run were asked, whatever became of it."""
    return run.cases.exclude(key="").count()


def approved_in(run: SweepRun) -> int:
    """How many of a run were approved for removal and not taken back."""
    return run.cases.filter(state__in=COUNTED).count()


def counts(rows: QuerySet[SweepCase]) -> dict[str, int]:
    """How many are in each state."""
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))


def counts_of(runs: Collection[int]) -> dict[int, dict[str, int]]:
    """How many are in each state, of several runs; one query."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = SweepCase.objects.filter(run__in=runs).order_by().values_list("run", "state").annotate(n=Count("pk"))
    for run, state, n in rows:
        found[run][state] = n
    return found


def link_of(case: SweepCase) -> str:
    """The signed part of the address under which a member keeps the seat."""
    return links.sign(LINK, [case.pk], key=case.key)


def case_of(token: str) -> SweepCase | None:
    """The case that a link was made for; None of a damaged link, or one that no longer holds."""
    found = links.read(LINK, token)
    if found is None or len(found[0]) != 1 or not isinstance(found[0][0], int):
        return None
    case = SweepCase.objects.select_related("run__group", "membership__person").filter(pk=found[0][0]).first()
    return case if case is not None and links.holds(found[1], case.key) else None


def identities(cases: Collection[SweepCase], realm: str) -> Mapping[int, tuple[str, str]]:
    """By which account of a platform each person is addressed, and their name there: their own, or of an identity merged into them."""
    persons = {case.membership.person_id: case.membership.person for case in cases}
    found = {pk: (person.remote_id, person.name) for pk, person in persons.items()}
    foreign = [pk for pk, person in persons.items() if person.realm != realm]
    aliases = Person.objects.filter(merged_into__in=foreign, realm=realm).order_by("-pk")
    found |= {into: (remote, name) for into, remote, name in aliases.values_list("merged_into", "remote_id", "name") if into}
    return found


def window(silent_days: int, today: date) -> date:
    """The first local day that must have been heard."""
    return today - timedelta(days=silent_days)
