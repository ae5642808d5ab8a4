"""Reads before an export or an erasure: who is meant with all identities, what is held of them, what is under way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from groupops.accounts.models import User
from groupops.accounts.policy import Right
from groupops.shared.personal import Account, Fate, Holding, Subject
from members import queries
from members.models import Erasure, FormerName, Membership, Person, PersonExport

SHOWN = 200  # rows of a table in the readable page


@dataclass(frozen=True)
class Held:
    """A table in the preview: what it is called, how many rows (None: looked for when it is done), what becomes of them."""

    name: str | Promise
    rows: int | None
    fate: Fate


def holdings() -> list[Holding]:
    """What every app holds, in the order in which it is erased."""
    return [holding for path in settings.PERSONAL_DATA for holding in import_string(path)()]


def subject(person: Person) -> Subject:
    """The human, with all identities after merges, whatever was merged into what."""
    head = person.human
    identities = list(queries.identities(head))
    persons = tuple(row.pk for row in identities)
    stays = list(Membership.objects.filter(person__in=persons).order_by("pk").values_list("pk", "group_id"))
    former = FormerName.objects.filter(person__in=persons).values_list("name", flat=True)
    found = Subject(
        persons=persons,
        memberships=tuple(pk for pk, _group in stays),
        groups=tuple(sorted({group for _pk, group in stays})),
        accounts=tuple(Account(row.realm, row.remote_id) for row in identities),
        names=tuple(sorted({row.name for row in identities} | set(former))),
    )
    return replace(found, targets=_targets(found))


def _targets(found: Subject) -> dict[str, list[str]]:
    """The numbers of all rows that are theirs, by model, so that the lines about them are found."""
    targets: dict[str, list[str]] = {}
    for holding in holdings():
        if holding.model._meta.app_label == "members" and not holding.deep:  # lines about others who name them stay
            pks = holding.rows(found).values_list("pk", flat=True)
            targets.setdefault(holding.model._meta.label_lower, []).extend(str(pk) for pk in pks)
    for model in (PersonExport, Erasure):
        pks = model._default_manager.filter(person__in=found.persons).values_list("pk", flat=True)
        targets[model._meta.label_lower] = [str(pk) for pk in pks]
    return targets


def preview(found: Subject) -> list[Held]:
    """What is held, table by table; those with nothing left out. As many queries as there are tables."""
    held = [
        Held(holding.model._meta.verbose_name or "", None if holding.deep else holding.rows(found).count(), holding.fate)
        for holding in holdings()
    ]
    return [row for row in held if row.rows != 0]


def counts(found: Subject) -> dict[str, int]:
    """Rows by model."""
    total: Counter[str] = Counter()
    for holding in holdings():
        total[holding.model._meta.label_lower] += holding.rows(found).count()
    return {label: n for label, n in total.items() if n}


def told(found: Subject) -> Iterator[tuple[Holding, Iterator[dict[str, Any]]]]:
    """Every table with its rows, as an export tells them."""
    for holding in holdings():
        rows = holding.rows(found).values(*holding.told).iterator(chunk_size=1000)
        yield holding, map(holding.shown, rows) if holding.shown else iter(rows)


def exports_for(user: User) -> QuerySet[PersonExport]:
    """The exports that a user asked for: nobody else sees them."""
    return PersonExport.objects.filter(by=user).select_related("person").defer("content")


def erasures_for(user: User) -> QuerySet[Erasure]:
    """The erasures, for those who may erase."""
    rows = Erasure.objects.select_related("person", "by", "settled_by")
    return rows if user.has_right(Right.ERASE_PERSONS) else rows.none()
