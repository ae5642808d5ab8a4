"""How cases were judged, counted in the database: by tier, post, group, reviewer and rule; a constant number of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet, Value, When, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups import queries as groups
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from members.tiering import Tier
from moderation.models import Case as CaseRow
from moderation.models import Decision
from moderation.policy import OPEN, AppealState, Offence, Verdict
from moderation.policy.fairness import NAME, FairnessRule, Tally, share

POST, NO_POST = "post", "none"
MOST = 100  # lines of a part


@dataclass(frozen=True)
class Line:
    """How the cases of one sort were decided. Shares are None where there are too few cases to say."""

    name: str
    tally: Tally
    mistaken: int
    appealed: int  # strikes that were appealed against and decided
    overturned: int
    median: timedelta | None

    @property
    def n(self) -> int:
        """All decisions."""
        return self.tally.n + self.mistaken

    @property
    def mild(self) -> int | None:
        """In percent, how many were let off."""
        return self.tally.mild

    @property
    def precision(self) -> int | None:
        """In percent, how often what was noticed was a violation: it was punished or reminded of, and not overturned."""
        right = self.tally.punished + self.tally.reminded - self.overturned
        return share(right, self.n)

    @property
    def overturn(self) -> int | None:
        """In percent, how many of the punishments were overturned on appeal."""
        return share(self.overturned, self.tally.punished)


def decisions_for(user: User, since: datetime, until: datetime, group: Group | None = None) -> QuerySet[Decision]:
    """The decisions that stand, of the groups in which a user moderates. Taken back ones were none."""
    rows = Decision.objects.filter(access.among(user, GroupRight.MODERATE, "case__group"), undone_at=None, at__gte=since, at__lt=until)
    return (rows.filter(case__group=group) if group else rows).order_by()


def report(rows: QuerySet[Decision]) -> dict[str, list[Line]]:
    """The parts of the report; two queries each, whatever they hold."""
    by_people = rows.filter(by__isnull=False)
    tier = KeyTextTransform("tier", "case__standing")
    post = Case(When(case__standing__post=True, then=Value(POST)), default=Value(NO_POST), output_field=CharField())
    return {
        "tiers": _sorted(_part(rows, tier, tier, _tier), list(dict(Tier.choices).values())),
        "posts": _part(rows, post, post, lambda label: _("People with a post") if label == POST else _("Everybody else")),
        "groups": _part(rows, F("case__group"), F("case__group__name"), str),
        "reviewers": _part(rows, F("by"), F("by__name"), lambda label: label or _("the machine")),
        "rules": _part(by_people, F("case__rule"), F("case__rule__name"), lambda label: label or _("Without a rule")),
    }


def _tier(key: str | None) -> str:
    """By its name; a member whom no tiering had reached yet is not somebody of whom the case does not tell it."""
    if key is None:
        return _("Tier not recorded")
    return str(dict(Tier.choices).get(key, key) or _("Not in a tier yet"))


def _sorted(lines: list[Line], order: Iterable[Any]) -> list[Line]:
    places = {str(name): at for at, name in enumerate(order)}
    return sorted(lines, key=lambda line: places.get(line.name, len(places)))


def _part(found: QuerySet[Any], key: Any, label: Any, name: Callable[[Any], object]) -> list[Line]:
    """By the expression `key`, the most cases first; `name` makes the name of what `label` gives."""
    rows = found.annotate(key=key, label=label)
    upheld = Q(strike__appeal__state=AppealState.UPHELD)
    counted = rows.values("key", "label").annotate(
        n=Count("pk"),
        punished=Count("pk", filter=Q(verdict=Verdict.PUNISH)),
        reminded=Count("pk", filter=Q(verdict=Verdict.REMIND)),
        clean=Count("pk", filter=Q(verdict=Verdict.CLEAN)),
        mistaken=Count("pk", filter=Q(verdict=Verdict.MISTAKE)),
        appealed=Count("pk", filter=upheld | Q(strike__appeal__state=AppealState.REJECTED)),
        overturned=Count("pk", filter=upheld),
    )
    took = medians(rows)
    return [
        Line(
            str(name(row["label"])),
            Tally(row["punished"], row["reminded"], row["clean"]),
            row["mistaken"],
            row["appealed"],
            row["overturned"],
            took.get(row["key"]),
        )
        for row in counted.order_by("-n", "key")[:MOST]
    ]


def medians(rows: QuerySet[Any]) -> dict[Any, timedelta]:
    """The median time from the opening of a case to its decision, by `key`. One query that returns two rows a key at most."""
    took = ExpressionWrapper(F("at") - F("case__opened_at"), output_field=DurationField())
    place = Window(RowNumber(), partition_by=[F("key")], order_by=[took.asc(), F("pk").asc()])
    total = Window(Count("pk"), partition_by=[F("key")])
    half = ExpressionWrapper(F("total") / 2.0, output_field=FloatField())
    middle = rows.annotate(took=took, place=place, total=total).filter(place__gte=half, place__lte=half + 1.0)
    found: defaultdict[Any, list[timedelta]] = defaultdict(list)
    for key, one in middle.values_list("key", "took"):
        found[key].append(one)
    return {key: sum(some, timedelta()) / len(some) for key, some in found.items()}


def rules(found: Iterable[Group]) -> dict[int, FairnessRule]:
    """What counts in each group. One query."""
    return groups.policies_for(NAME, found)


def by_post(since: datetime) -> dict[tuple[int, Offence], tuple[Tally, Tally]]:
    """How people decided about those with a post and about the others, by group and offence. One query."""
    rows = Decision.objects.filter(undone_at=None, by__isnull=False, at__gte=since, case__group__sandbox=False)
    has = Q(case__standing__post=True)
    counts = {
        f"{name}_{verdict.value}": Count("pk", filter=Q(verdict=verdict) & where)
        for name, where in (("post", has), ("rest", ~has))
        for verdict in (Verdict.PUNISH, Verdict.REMIND, Verdict.CLEAN)
    }
    found = {}
    told: Any = rows.order_by().values("case__group", "case__offence").annotate(**counts)
    for row in told:
        some, others = (Tally(*(row[f"{name}_{one}"] for one in ("punish", "remind", "clean"))) for name in ("post", "rest"))
        found[row["case__group"], Offence(row["case__offence"])] = (some, others)
    return found


def waiting() -> list[CaseRow]:
    """The oldest open case of each group. One query."""
    rows = CaseRow.objects.filter(state__in=OPEN, group__sandbox=False).select_related("group")
    first = Window(RowNumber(), partition_by=[F("group")], order_by=[F("opened_at").asc(), F("pk").asc()])
    return list(rows.annotate(nth=first).filter(nth=1).order_by("group"))
