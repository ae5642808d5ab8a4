"""Themes and duties, looked up: a group's own rows where it has any, else its kind's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from django.db.models import Q, QuerySet

from content.models import Duty, Theme
from content.plan import duties_of, themes_of
from content.policy import holds
from groupops.groups.models import Group, Kind

Row = TypeVar("Row", Theme, Duty)


class Placed(NamedTuple):
    """A group as far as its themes and duties need it: of hundreds, rows of a model take longer than the question."""

    pk: int
    kind_id: int


def placed(groups: QuerySet[Group]) -> list[Placed]:
    """These groups, in one query."""
    return [Placed(*row) for row in groups.order_by().values_list("pk", "kind_id")]


FEW = 50  # groups that are asked for by name; with more of them the rows of every group are read


def themes_for(groups: Sequence[Group | Placed]) -> dict[int, list[Theme]]:
    """The themes of each group by its id, in one query. Groups that look them up at their kind share a list."""
    return _looked_up(Theme, groups)


def duties_for(groups: Sequence[Group]) -> dict[int, list[Duty]]:
    """The duties of each group by its id, in one query. Groups that look them up at their kind share a list."""
    return _looked_up(Duty, groups)


def theme_of(groups: Sequence[Group], day: date) -> dict[int, Theme | None]:
    """What the local day is about in each group, in one query; None where it is about nothing.

    By the official calendar, as the plan: a public holiday has the theme of the weekend, a make-up workday none of a single weekday.
    """
    return {pk: next((row for row in rows if row.enabled and holds(row.weekdays, day)), None) for pk, rows in themes_for(groups).items()}


def themes_on(groups: Sequence[Group | Placed], days: Sequence[date]) -> dict[date, list[tuple[str, int]]]:
    """What each day is about over many groups: (title, in how many), the most first; in one query. Days about nothing are left out."""
    alike: dict[int, tuple[list[Theme], int]] = {}  # groups that look their themes up at their kind share a list
    for rows in themes_for(groups).values():
        alike[id(rows)] = (rows, alike.get(id(rows), (rows, 0))[1] + 1)
    found: dict[date, list[tuple[str, int]]] = {}
    for day in days:
        counts: Counter[str] = Counter()
        for rows, count in alike.values():
            title = next((row.title for row in rows if row.enabled and holds(row.weekdays, day)), "")
            counts[title] += count if title else 0
        found[day] = sorted(((title, n) for title, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0]))
    return {day: told for day, told in found.items() if told}


def themes_of_kind(kind: Kind) -> list[Theme]:
    """A kind's themes by weekday; of a kind that is new what it is about to get, unsaved."""
    found = Theme.objects.filter(kind=kind)
    rows = list(found) or [Theme(kind=kind, **_values(entry)) for entry in themes_of(kind.slug)]
    return sorted(rows, key=_place)


def duties_of_kind(kind: Kind) -> list[Duty]:
    """A kind's duties by time; of a kind that is new what it is about to get, unsaved."""
    found = list(Duty.objects.filter(kind=kind)) or [
        Duty(kind=kind, key=entry.key, text=entry.text, start=entry.start, end=entry.end) for entry in duties_of(kind.slug)
    ]
    return sorted(found, key=_place)


def _values(entry: object) -> dict[str, object]:
    names = ("key", "weekdays", "title")
    return {name: getattr(entry, name) for name in names} | {"activities": list(entry.activities)}  # type: ignore[attr-defined]


def _looked_up(model: type[Row], groups: Iterable[Group | Placed]) -> dict[int, list[Row]]:
    known = list(groups)
    kinds = {group.kind_id for group in known}
    own = Q(group__in=[group.pk for group in known]) if len(known) <= FEW else Q(kind=None)
    found = model._default_manager.filter(own | Q(kind__in=kinds))
    of_group: dict[int, list[Row]] = defaultdict(list)
    of_kind: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        if row.group_id is not None:
            of_group[row.group_id].append(row)
        elif row.kind_id is not None:
            of_kind[row.kind_id].append(row)
    for rows in (*of_group.values(), *of_kind.values()):
        rows.sort(key=_place)
    nothing: list[Row] = []
    return {group.pk: of_group.get(group.pk) or of_kind.get(group.kind_id) or nothing for group in known}


def _place(row: Theme | Duty) -> tuple[object, ...]:
    """Duties by time, themes by their first weekday."""
    return (row.start, row.pk or 0) if isinstance(row, Duty) else (row.weekdays & -row.weekdays, row.pk or 0)
