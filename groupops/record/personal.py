"""What the record holds of a human: lines about them, lines that name them, alarms that name them (settings.PERSONAL_DATA)."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from groupops.record.models import Alarm, AuditDetail, AuditEntry
from groupops.record.services import erase_details
from groupops.shared.personal import Fate, Holding, Subject, says, without

WHY = "a person was erased"
DONE = "person.erase"  # the line that says so names nobody


def holdings() -> list[Holding]:
    """In the order in which they are erased."""
    return [
        Holding(
            AuditEntry,
            _lines,
            ("at", "verb", "target_type", "target_id", "detail__before", "detail__after"),
            Fate.EMPTIED,
            _erase,
            deep=True,
        ),
        Holding(Alarm, _alarms, ("opened_at", "closed_at", "params"), Fate.EMPTIED, _blank, deep=True),
    ]


def spelt(column: str, words: Iterable[str]) -> Q:
    """Rows whose JSON in `column`, cast to text, may hold one of these words, as either database spells it."""
    spellings = {json.dumps(word, ensure_ascii=ascii_only)[1:-1] for word in words for ascii_only in (True, False)}
    return reduce(or_, [Q(**{f"{column}__contains": form}) for form in sorted(spellings)], Q(pk=None))


def _lines(subject: Subject) -> QuerySet[AuditEntry]:
    """Lines whose object is theirs, and lines whose detail names them."""
    about = Q(target_type="members.person", target_id__in=[str(pk) for pk in subject.persons])
    about |= Q(target_type="members.membership", target_id__in=[str(pk) for pk in subject.memberships])
    for label, pks in subject.targets.items():
        about |= Q(target_type=label, target_id__in=pks)
    return AuditEntry.objects.filter(about | Q(pk__in=_naming(subject))).exclude(verb=DONE).order_by("pk")


def _naming(subject: Subject) -> list[int]:
    """Details that hold a name or an id of theirs; asked of the text first, judged by the values then."""
    words = subject.words
    rows = AuditDetail.objects.annotate(b=Cast("before", TextField()), a=Cast("after", TextField()))
    found = rows.filter(spelt("b", words) | spelt("a", words) | spelt("label", words))
    return [row.pk for row in found.iterator() if says([row.before, row.after, row.label], words)]


def _erase(subject: Subject, at: datetime) -> int:
    return erase_details(entries=list(_lines(subject).values_list("pk", flat=True)), by=None, at=at, why=WHY)


def _alarms(subject: Subject) -> QuerySet[Alarm]:
    return Alarm.objects.annotate(said=Cast("params", TextField())).filter(spelt("said", subject.words))


def _blank(subject: Subject, at: datetime) -> int:
    rows = [row for row in _alarms(subject) if says(row.params, subject.words)]
    for row in rows:
        Alarm.objects.filter(pk=row.pk).update(params=without(row.params, subject.words))
    return len(rows)
