"""What the pages of moderation share: a case as they show it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from groupops.accounts.models import User
from moderation.models import Case, Evidence
from moderation.policy.masking import masked
from moderation.queries.consequences import consequences

SHOWN = 3  # messages of a case in the queue


def lines(cases: Collection[Case], user: User, at: datetime) -> list[dict[str, Any]]:
    """Cases as the queue shows them; three queries for all of them."""
    following = consequences(cases, at)
    said: dict[int, list[Evidence]] = {case.pk: [] for case in cases}
    for one in Evidence.objects.filter(case__in=said).order_by("at", "pk"):
        said[one.case_id].append(one)
    return [line(case, user, at, said[case.pk]) | {"follows": following[case.pk]} for case in cases]


def line(case: Case, user: User, at: datetime, said: list[Evidence]) -> dict[str, Any]:
    """One case."""
    taken = case.claimed_by if case.claimed_until is not None and case.claimed_until > at else None
    return {
        "case": case,
        "said": [told(one) for one in said[:SHOWN]],
        "more": max(len(said) - SHOWN, 0),
        "taken": taken,
        "mine": taken is not None and taken.pk == user.pk,
        "free": taken is None or taken.pk == user.pk,
        "at": f"{case.pk}:{case.version}",
    }


def told(one: Evidence, *, full: bool = False) -> dict[str, Any]:
    """A message of a case: its text in parts, those that were found marked, and why. Personal numbers are masked unless `full`."""
    text = one.text if full else masked(one.text)
    why = (_(one.reason) % one.parameters) if one.reason else ""
    return {"row": one, "parts": parts(one, text), "why": why if full else masked(why), "masked": text != one.text}


def parts(one: Evidence, text: str) -> list[tuple[str, bool]]:
    """The text, as long as the evidence's, cut at what was found: (text, found)."""
    cut, at = [], 0
    for start, end in sorted(map(tuple, one.spans)):
        if start < at or end > len(text):
            continue
        cut += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [part for part in [*cut, (text[at:], False)] if part[0]]
