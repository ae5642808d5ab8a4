"""精准推送: a message to each member of a segment, privately and once. Who gets it, who does not and why, how many at most. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy.values import setting
from members.consenting import Purpose

LONGEST = 1500  # characters of a message before its placeholders are filled
LINK = "link"  # filled with the receiver's own link to the form that goes along
KNOWN = ("name", "group", "tier", LINK)


@dataclass(frozen=True)
class SendRule:
    """Policy members.sends: how many one message reaches, and from how many on a second person approves."""

    title: ClassVar[Promise] = _("Messages to segments")
    most: int = setting(200, _("one message reaches at most"), low=1, high=2000, unit=_("people"))
    two_person_above: int = setting(50, _("a second person approves above"), low=0, high=2000, unit=_("people"), help=_("0: always."))


class SendState(TextChoices):
    """Where a message to a segment is."""

    WAITING = "waiting", _("Waits for a second person")
    ON_WAY = "on_way", _("On its way")
    STOPPED = "stopped", _("Stopped")


class Why(TextChoices):
    """Why somebody of the segment gets nothing."""

    NO_RIGHT = "no_right", _("you may not care for the members of this group")
    TWICE = "twice", _("reached in another group already")
    WITHDRAWN = "withdrawn", _("they want no such messages")


@dataclass(frozen=True)
class Candidate:
    """A member of the segment. `by_machine`: the platform can say something to this account privately."""

    membership_id: int
    human_id: int
    may: bool
    by_machine: bool
    withdrawn: bool = False  # they said that they want nothing of this purpose


@dataclass(frozen=True)
class Whom:
    """Who is reached, each human once, and who is not and why."""

    reached: tuple[Candidate, ...]
    skipped: tuple[tuple[Candidate, Why], ...]


def whom(candidates: Iterable[Candidate]) -> Whom:
    """Each human once: where the machine can say it before where a person must, else where they come first."""
    rows = list(candidates)
    chosen: dict[int, Candidate] = {}
    for row in rows:
        known = chosen.get(row.human_id)
        if row.may and not row.withdrawn and (known is None or (row.by_machine and not known.by_machine)):
            chosen[row.human_id] = row
    reached = tuple(row for row in rows if chosen.get(row.human_id) == row)
    return Whom(reached, tuple((row, _why(row)) for row in rows if chosen.get(row.human_id) != row))


def _why(row: Candidate) -> Why:
    if not row.may:
        return Why.NO_RIGHT
    return Why.WITHDRAWN if row.withdrawn else Why.TWICE


def purpose_of(*, with_form: bool) -> Purpose:
    """Which consent a message needs: asking who they are is care; anything else is an offer."""
    return Purpose.CARE if with_form else Purpose.OFFERS


def needs_second(count: int, rule: SendRule) -> bool:
    """Whether a second person approves a message to so many."""
    return count > rule.two_person_above
