"""The timeline of a person: what every section knows (settings.PROFILE_SECTIONS), merged by time, keyset-paged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from groupops.groups.models import Group
from groupops.shared import paging
from members.timeline import Before, Entry

SIZE = 40
SALT = "members.profile.timeline"


@dataclass(frozen=True)
class Timeline:
    """One page of it, the latest first; `older` is the token of the next page, empty at the end."""

    entries: list[Entry]
    older: str


def timeline(persons: Collection[int], groups: QuerySet[Group], *, after: str = "", kind: str = "") -> Timeline:
    """A page of everything about these persons in these groups. As many queries as there are sections. Raises DamagedPosition."""
    before = _position(after)
    found = [entry for path in settings.PROFILE_SECTIONS for entry in import_string(path)(persons, groups, before, SIZE + 1)]
    # Every section gave its latest SIZE + 1, so what is left out of one lies behind what is shown of it.
    rows = sorted((entry for entry in found if not kind or entry.kind == kind), key=_order, reverse=True)
    shown = rows[:SIZE]
    return Timeline(shown, paging.encode([shown[-1].at, shown[-1].key], salt=SALT) if len(rows) > SIZE else "")


def _order(entry: Entry) -> tuple[datetime, str]:
    return entry.at, entry.key


def _position(token: str) -> Before:
    if not token:
        return None
    at, key = paging.decode(token, salt=SALT)
    return at, key
