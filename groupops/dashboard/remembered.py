"""How to take back what was done to several things at once: kept in the person's session, because a hundred undos fit no address."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from groupops.dashboard.services import Before
from groupops.shared import undos

NAME, KEPT = "today_undo", 5  # the newest acts; a session is written anew with each


class Kept(TypedDict):
    """Undo addresses of other pages, and what marks stood before, as JSON; and when."""

    at: float
    urls: list[str]
    marks: list[dict[str, Any]]


def keep(session: SessionBase, *, urls: list[str], marks: list[Before], at: datetime) -> str:
    """Remember it; returns its name for an address, empty where there is nothing to take back."""
    if not (urls or marks):
        return ""
    name, known = get_random_string(12), session.get(NAME, {})
    known[name] = Kept(at=at.timestamp(), urls=urls, marks=[_plain(mark) for mark in marks])
    session[NAME] = dict(list(known.items())[-KEPT:])
    return name


def take(session: SessionBase, name: str, *, at: datetime) -> tuple[list[str], list[Before]]:
    """The undo addresses and marks of that name, once. Raises Http404 for what is old, used or somebody else's."""
    known: dict[str, Kept] = session.get(NAME, {})
    found = known.pop(name, None)
    if found is None or at.timestamp() - found["at"] > undos.FRESH:
        raise Http404(_("This can no longer be undone."))
    session[NAME] = known
    return found["urls"], [_read(mark) for mark in found["marks"]]


def _plain(mark: Before) -> dict[str, Any]:
    return asdict(mark) | {"snoozed_until": mark.snoozed_until and mark.snoozed_until.isoformat(), "at": mark.at.isoformat()}


def _read(mark: dict[str, Any]) -> Before:
    moments = {name: mark[name] and datetime.fromisoformat(mark[name]) for name in ("snoozed_until", "at")}
    return Before(**(mark | moments))
