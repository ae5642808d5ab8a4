"""Querysets that a page asks again and again for a person and a moment, made once a role: making one takes longer than the answer.

    OVERDUE = Standing(lambda user, at: Question.objects.filter(group__in=access.visible_to(user), due_at__lte=at)[:50])
    rows = OVERDUE(user, at)

Only what a page has dozens of (今日待办) is worth it; elsewhere a queryset reads better. On SQLite it is the queryset itself.
"""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import QuerySet

from groupops.accounts.models import User
from groupops.shared import prepared

Row = TypeVar("Row")
# What stands for the person and the moment while the SQL is made: twice, with other values, so that what follows from them is seen.
USERS = (2_046_318_551, 2_046_318_562)
MOMENTS = (datetime(2391, 4, 7, 9, 26, 53, 589_793, tzinfo=UTC), datetime(2391, 9, 17, 16, 44, 11, 271_828, tzinfo=UTC))


class NotStanding(TypeError):
    """The SQL depends on the person or the moment in another way than by the person's id and by moments that move along."""


class Standing(Generic[Row]):
    """A function of a person and a moment that asks one query and returns its rows.

    `make` returns the queryset, of whatever it yields, and looks at nothing but the role, the id and the moment: what it reads from the
    database or the clock meanwhile would stay as it was. A day or a moment in a zone is no moment that moves along. Raises NotStanding.
    """

    def __init__(self, make: Callable[[User, datetime], "QuerySet[Any, Row]"]) -> None:
        self._make = make
        self._made: dict[tuple[str, bool], _Made] = {}

    def __call__(self, user: User, at: datetime) -> list[Row]:
        """The rows."""
        key = (user.role, user.is_active)
        made = self._made.get(key)
        if made is None:
            if connections[router.db_for_read(User)].vendor != "postgresql":
                return list(self._make(user, at))
            made = self._made[key] = _Made(*(self._make(_like(user, pk), moment) for pk, moment in zip(USERS, MOMENTS, strict=True)))
        return made.answer(user.pk, at)


def _like(user: User, pk: int) -> User:
    """Somebody of the same role."""
    other = copy(user)
    other.pk = pk
    other._state = copy(user._state)
    other._state.fields_cache = {}  # related managers of the other
    return other


class _Made:
    """The SQL of a queryset, what stands in it as functions of person and moment, and the queryset that makes rows of the answer."""

    def __init__(self, first: QuerySet[Any, Any], second: QuerySet[Any, Any]) -> None:
        self.rows_of, self.alias = first, first.db
        self.compiler = first.query.get_compiler(self.alias)
        try:
            sql, values = self.compiler.as_sql()
            other_sql, others = second.query.get_compiler(self.alias).as_sql()
        except EmptyResultSet:
            self.sql = ""
            return
        if sql != other_sql:
            raise NotStanding(sql)
        places = [_place(*pair) for pair in zip(values, others, strict=True)]
        self.places = [place for place in places if place]
        self.sql = prepared.with_constants(sql, values, places, using=connections[self.alias])

    def answer(self, user: int, at: datetime) -> list[Any]:
        """The rows as the queryset gives them, prefetched too."""
        if not self.sql:
            return []
        compiler, rows = copy(self.compiler), self.rows_of.all()
        compiler.connection = connections[self.alias]  # this thread's
        with prepared.executed(self.sql, [place(user, at) for place in self.places], using=compiler.connection) as cursor:
            found = cursor.fetchall()
        compiler.execute_sql = lambda *_how, **_more: [found]
        rows.query.get_compiler = lambda *_how, **_more: compiler  # type: ignore[method-assign]
        return list(rows)


def _place(one: Any, other: Any) -> Callable[[int, datetime], Any] | None:
    """What a value of the SQL is of the person and the moment; None for a constant."""
    if (one, other) == USERS:
        return lambda user, _at: user
    if isinstance(one, datetime) and isinstance(other, datetime) and (apart := one - MOMENTS[0]) == other - MOMENTS[1]:
        return lambda _user, at: at + apart
    if one != other:
        raise NotStanding(f"{one!r} and {other!r}")
    return None
