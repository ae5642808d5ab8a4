"""Keyset paging: pages by the last row seen, never by OFFSET, with a count that stops at 1,000."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import reduce
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from groupops.shared.errors import Invalid

Row = TypeVar("Row", bound=Model)
COUNT_CAP = 1000
# How values that JSON lacks travel in a position.
SPELT: dict[str, type[Any]] = {"datetime": datetime, "date": date, "time": time, "decimal": Decimal, "uuid": UUID}


class DamagedPosition(Invalid):
    """The link to a page was cut, changed, or belongs to another list."""

    def __init__(self) -> None:
        super().__init__(_("This page link is damaged. Open the list again from its first page."))


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows; `older` and `newer` are query strings for links, or None at an end."""

    rows: list[Row]
    older: str | None
    newer: str | None
    count: int
    capped: bool

    @property
    def count_label(self) -> str:
        """The capped count as people read it: `37`, or `1,000+`."""
        return f"{COUNT_CAP:,}+" if self.capped else f"{self.count:,}"


class _RowValue(Func):
    """`(a, b) < (x, y)`: the only form of a keyset condition that reads an index from the right place."""

    arity = None
    output_field = BooleanField()

    def __init__(self, columns: Sequence[str], values: Sequence[Any], operator: str) -> None:
        expressions: list[Expression | F] = [F(column) for column in columns]
        super().__init__(*expressions, *[Value(value) for value in values])
        half = len(columns)
        self.half, self.comparison = half, operator

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        parts, params = [], []
        for expression in self.source_expressions:
            sql, more = compiler.compile(expression)
            parts.append(sql)
            params.extend(more)
        left, right = ", ".join(parts[: self.half]), ", ".join(parts[self.half :])
        return f"(({left}) {self.comparison} ({right}))", params


def page(
    rows: QuerySet[Row], *, query: QueryDict | dict[str, Any], order: Sequence[str] = ("id",), size: int = 25, descending: bool = True
) -> Page[Row]:
    """One page of `rows` ordered by the columns `order`, newest first.

    `order` names columns, related columns (`group__name`) or annotations; none may be null (a null compares with nothing, its row
    would be on no page), the last one is unique. `query` is the request's GET: `after`/`before` carry a signed position, filters
    travel along in the links. Two queries: the rows and the capped count. Raises DamagedPosition.
    """
    backwards = "before" in query
    token = str((query.get("before") if backwards else query.get("after")) or "")
    found = _slice(rows, order, token, size, descending=descending != backwards)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    count = rows.order_by()[: COUNT_CAP + 1].count()
    older = found and (more if not backwards else token)
    newer = found and (token if not backwards else more)
    return Page(
        rows=found,
        older=_link(query, "after", _position(found[-1], order)) if older else None,
        newer=_link(query, "before", _position(found[0], order)) if newer else None,
        count=min(count, COUNT_CAP),
        capped=count > COUNT_CAP,
    )


def _slice(rows: QuerySet[Row], order: Sequence[str], token: str, size: int, *, descending: bool) -> list[Row]:
    if token:
        rows = rows.filter(_RowValue(order, decode(token, salt=_salt(rows.model, order)), "<" if descending else ">"))
    return list(rows.order_by(*[f"-{name}" if descending else name for name in order])[: size + 1])


def _position(row: Model, order: Sequence[str]) -> str:
    return encode([reduce(getattr, name.split("__"), row) for name in order], salt=_salt(type(row), order))


def _salt(model: type[Model], order: Sequence[str]) -> str:
    """A position is good for the list it was made for alone: another list's columns may have other types."""
    return f"paging {model._meta.label_lower} {' '.join(order)}"


def encode(values: Sequence[Any], *, salt: str) -> str:
    """A position as an opaque, url-safe token; datetimes keep their microseconds."""
    return signing.dumps([_spell(value) for value in values], salt=salt)


def _spell(value: Any) -> Any:
    for name, kind in SPELT.items():  # datetime stands before date, whose subclass it is
        if isinstance(value, kind):
            return {name: str(value) if kind in (Decimal, UUID) else value.isoformat()}
    return value


def decode(token: str, *, salt: str) -> list[Any]:
    """The values of a position. Raises DamagedPosition."""
    try:
        packed: list[Any] = signing.loads(token, salt=salt)
    except signing.BadSignature:
        raise DamagedPosition from None
    return [_read(value) for value in packed]


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(name, text)] = value.items()
    kind = SPELT[name]
    return kind(text) if kind in (Decimal, UUID) else kind.fromisoformat(text)


def _link(query: QueryDict | dict[str, Any], name: str, token: str) -> str:
    kept = QueryDict(mutable=True)
    if isinstance(query, QueryDict):
        kept = query.copy()
    else:
        kept.update({key: str(value) for key, value in query.items()})
    kept.pop("after", None)
    kept.pop("before", None)
    kept[name] = token
    return "?" + kept.urlencode()
