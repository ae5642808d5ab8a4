"""What members say about themselves: the new value beside the old one, which becomes its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from groupops.accounts.models import User
from groupops.shared import secretbox
from groupops.shared.masking import masked
from members.models import AnswerImport, FieldValue, FormAnswer, Membership, ProfileField
from members.surveys import queries

PART = 2000  # ids in one query


@dataclass(frozen=True)
class Said:
    """A value as `surveying.read` keeps it, of a field of a member."""

    membership_id: int
    field: ProfileField
    value: str


def keep(
    *,
    said: Sequence[Said],
    at: datetime,
    answer: FormAnswer | None = None,
    brought: AnswerImport | None = None,
    by: User | None = None,
) -> list[FieldValue]:
    """Keep these values; returns those that are new. What is empty, or stands so already, changes nothing. Call inside a transaction.

    The members are locked in order: of two answers at once the second finds what the first said.
    """
    filled = [one for one in said if one.value]
    with transaction.atomic():
        before = _current(sorted({one.membership_id for one in filled}))
        fresh = [one for one in filled if not _stands(before, one)]
        over = [before[one.membership_id, one.field.pk].pk for one in fresh if (one.membership_id, one.field.pk) in before]
        for start in range(0, len(over), PART):
            FieldValue.objects.filter(pk__in=over[start : start + PART]).update(current=False)
        rows = [_row(one, at, answer, brought, by) for one in fresh]
        FieldValue.objects.bulk_create(rows, batch_size=PART)
    return rows


def _current(memberships: list[int]) -> dict[tuple[int, int], FieldValue]:
    found: dict[tuple[int, int], FieldValue] = {}
    for start in range(0, len(memberships), PART):
        part = memberships[start : start + PART]
        list(Membership.objects.select_for_update().filter(pk__in=part).order_by("pk").values_list("pk", flat=True))
        rows = FieldValue.objects.filter(membership__in=part, current=True)
        found |= {(row.membership_id, row.field_id): row for row in rows}
    return found


def _stands(before: Mapping[tuple[int, int], FieldValue], one: Said) -> bool:
    row = before.get((one.membership_id, one.field.pk))
    return row is not None and queries.plain(row) == one.value


def _row(one: Said, at: datetime, answer: FormAnswer | None, brought: AnswerImport | None, by: User | None) -> FieldValue:
    personal = one.field.personal
    return FieldValue(
        membership_id=one.membership_id,
        field=one.field,
        value="" if personal else one.value,
        sealed=secretbox.seal({"value": one.value}) if personal else "",
        shown=masked(one.value) if personal else one.value,
        at=at,
        answer=answer,
        brought=brought,
        by=by,
    )


def take_back(*, rows: Iterable[FieldValue]) -> int:
    """Delete these values; where one of them stood, the one before stands again. Returns how many stood. Call inside a transaction."""
    gone = list(rows)
    stood = [(row.membership_id, row.field_id) for row in gone if row.current]
    for start in range(0, len(gone), PART):
        FieldValue.objects.filter(pk__in=[row.pk for row in gone[start : start + PART]]).delete()
    wanted = set(stood)
    for start in range(0, len(stood), PART):
        part = {pair[0] for pair in stood[start : start + PART]}
        left = FieldValue.objects.filter(membership__in=part).order_by("membership", "field", "-at", "-pk")
        latest: dict[tuple[int, int], int] = {}
        for row in left.only("pk", "membership_id", "field_id"):
            latest.setdefault((row.membership_id, row.field_id), row.pk)
        FieldValue.objects.filter(pk__in=[pk for pair, pk in latest.items() if pair in wanted]).update(current=True)
    return len(stood)
