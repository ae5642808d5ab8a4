"""Who is never swept: the form in which every app says so (settings.SWEEP_EXEMPTIONS), and what the members' app itself says.

Each entry of the list is a function `(at) -> Exemption`. Its condition is one over Membership, asked of a million of them inside one
statement: a Q, or an Exists with OuterRef("person"), OuterRef("group"), OuterRef("pk"). The rows also bear `newcomers_after`, the
moment of their run after which whoever came is new. A condition must be true or false, never unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from groupops.messaging.models import Connection
from members.models import Colleague, Leave


@dataclass(frozen=True)
class Exemption:
    """One reason to be left alone. `code` is kept with the case and never changes; it has no comma."""

    code: str
    label: Promise
    condition: Q | Exists


Exempting = Callable[[datetime], Exemption]


def newcomer(at: datetime) -> Exemption:
    """Came a short while ago."""
    return Exemption("newcomer", _("came recently"), Q(joined_at__gt=F("newcomers_after")))


def on_leave(at: datetime) -> Exemption:
    """请假: on leave until later."""
    rows = Leave.objects.filter(membership=OuterRef("pk"), ended_at=None, since__lte=at, until__gt=at)
    return Exemption("on_leave", _("on leave"), Exists(rows))


def colleague(at: datetime) -> Exemption:
    """Holds a post (群职务) or works here: posts are held by users, and this person is one."""
    rows = Colleague.objects.filter(Q(person=OuterRef("person")) | Q(person__merged_into=OuterRef("person")), user__is_active=True)
    return Exemption("colleague", _("holds a post or is a colleague"), Exists(rows))


def own_account(at: datetime) -> Exemption:
    """An account by which we speak ourselves."""
    rows = Connection.objects.filter(adapter=OuterRef("person__realm"), account=OuterRef("person__remote_id")).exclude(account="")
    return Exemption("own_account", _("our own account"), Exists(rows))


def exemptions(at: datetime) -> list[Exemption]:
    """Every app's, in the order of the list."""
    return [_function(path)(at) for path in settings.SWEEP_EXEMPTIONS]


def exempt(at: datetime) -> Combinable:
    """The codes of everything that exempts a row, each with a comma behind it; empty: nothing does. For annotate()."""
    parts = [Case(When(one.condition, then=Value(f"{one.code},")), default=Value(""), output_field=CharField()) for one in exemptions(at)]
    return Concat(Value(""), Value(""), *parts, output_field=CharField())


def labels() -> dict[str, Promise]:
    """What each code means, for people."""
    return {one.code: one.label for one in exemptions(datetime.now(UTC))}


@lru_cache
def _function(path: str) -> Exempting:
    found: Exempting = import_string(path)
    return found
