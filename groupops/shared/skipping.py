"""What became of several things in one go, and the sentence that says how many were skipped and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import ngettext

from groupops.shared.errors import Conflict

Row = TypeVar("Row")
TOLD = 3  # reasons in one message


class NothingDone(Conflict):
    """None of what was chosen could be dealt with; the message says why."""


@dataclass
class Many(Generic[Row]):
    """Which rows were done, and which not and why."""

    done: list[Row] = field(default_factory=list)
    skipped: list[tuple[Row, str | Promise]] = field(default_factory=list)


def of_rows(skipped: Sequence[tuple[Row, str | Promise]], *, name: Callable[[Row], str]) -> str:
    """`sentence` for rows that are called by `name`."""
    return sentence([(name(row), why) for row, why in skipped[:TOLD]], count=len(skipped))


def sentence(told: Iterable[tuple[str, str | Promise]], *, count: int) -> str:
    """`count` were skipped, for the reasons that are `told` as (name or "", reason); empty where nothing was."""
    if not count:
        return ""
    text = ngettext("%(n)d was skipped: %(why)s", "%(n)d were skipped: %(why)s", count)
    why = "; ".join(f"{name} – {reason}" if name else str(reason) for name, reason in told)
    return text % {"n": count, "why": why}
