"""What the inbox holds of a human: what they said and did, and what others said to them (settings.PERSONAL_DATA)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from groupops.inbound.models import StoredEvent
from groupops.record.personal import spelt
from groupops.record.queries import hidden_key
from groupops.shared import bulk
from groupops.shared.naming import named, unnamed
from groupops.shared.personal import BLANK, Fate, Holding, Subject

CHUNK = 1000
OWN = ("remote_user", "user_name", "operator", "text", "raw", "error", "trace", "event_key", "remote_message")
OTHERS = ("text", "raw", "trace", "event_key", "remote_message")


def holdings() -> list[Holding]:
    """In the order in which they are erased."""
    told = ("occurred_at", "kind", "group__name", "remote_user", "user_name", "text", "how", "raw")
    return [
        Holding(StoredEvent, own, told, Fate.EMPTIED, _erase_own),
        Holding(StoredEvent, _naming, ("occurred_at", "group__name"), Fate.EMPTIED, _erase_naming, deep=True),
    ]


def own(subject: Subject) -> QuerySet[StoredEvent]:
    """What they said and did, and what they did to others. By their groups first, which is an index."""
    theirs = Q(person_id__in=subject.persons)
    for account in subject.accounts:
        for name in ("remote_user", "operator"):
            theirs |= Q(connection__adapter=account.realm) & Q(**{f"{name}__in": [account.remote_id, account.alias or account.remote_id]})
    return StoredEvent.objects.filter(Q(group__in=subject.groups) | Q(group=None)).filter(theirs).order_by("pk")


def _erase_own(subject: Subject, at: datetime) -> int:
    """The alias in the place of the id, and no words. The key stays once-only: told again, the event gets the same one."""
    aliases = {account.remote_id: account.alias for account in subject.accounts}
    changed = 0
    for rows in _chunks(own(subject)):
        bulk.update(StoredEvent, OWN, [(row.pk, *_emptied(row, aliases, set(subject.persons))) for row in rows])
        changed += len(rows)
    return changed


def _emptied(row: StoredEvent, aliases: dict[str, str], persons: set[int]) -> tuple[Any, ...]:
    key, message = row.event_key, row.remote_message
    for remote_id in aliases:
        key, message = hidden_key(key, remote_id), hidden_key(message, remote_id)
    user, operator = aliases.get(row.remote_user, row.remote_user), aliases.get(row.operator, row.operator)
    is_theirs = row.person_id in persons or user != row.remote_user or user in aliases.values()
    name, text, error = ("", "", "") if is_theirs else (row.user_name, row.text, row.error)
    return user, name, operator, text, {}, error, [], key, message


def _naming(subject: Subject) -> QuerySet[StoredEvent]:
    """What others said in their groups that holds their id or name (shared.naming), or whose raw words or trace name them."""
    called = named(["text"], subject.known_names)
    for remote_id in _plain(subject.known_ids):
        called |= Q(text__contains=remote_id) | Q(event_key__contains=remote_id) | Q(remote_message__contains=remote_id)
    rows = StoredEvent.objects.annotate(a=Cast("raw", TextField()), b=Cast("trace", TextField())).filter(group__in=subject.groups)
    long = subject.long_words
    return rows.filter(called | spelt("a", long) | spelt("b", long)).exclude(person_id__in=subject.persons).order_by("pk")


def _plain(words: list[str]) -> list[str]:
    """Words of one letter are not looked for in what others said."""
    return [word for word in words if len(word) > 1]


def _erase_naming(subject: Subject, at: datetime) -> int:
    changed = 0
    for rows in _chunks(_naming(subject)):
        bulk.update(StoredEvent, OTHERS, [(row.pk, *_uncalled(row, subject)) for row in rows])
        changed += len(rows)
    return changed


def _uncalled(row: StoredEvent, subject: Subject) -> tuple[Any, ...]:
    text, key, message = row.text, row.event_key, row.remote_message
    for remote_id in _plain(subject.known_ids):
        text, key, message = text.replace(remote_id, BLANK), hidden_key(key, remote_id), hidden_key(message, remote_id)
    return unnamed(text, subject.known_names), {}, [], key, message


def _chunks(rows: QuerySet[StoredEvent]) -> Iterator[list[StoredEvent]]:
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        yield list(StoredEvent.objects.filter(pk__in=pks[start : start + CHUNK]))
