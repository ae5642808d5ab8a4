"""What each choice would lead to, said before the click; constant queries for a page of cases."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from moderation import policy
from moderation.models import Case
from moderation.policy import Offence, Severity, ladder_of, weight_of
from moderation.queries.standing import ladder_rules, standings


@dataclass(frozen=True)
class Consequence:
    """What "violation" means for one case now: the how-manieth step, what is done, whether a second person is needed."""

    step: int
    steps: int
    acts: str
    counted: int
    removes: bool
    second: bool


def consequences(cases: Collection[Case], at: datetime) -> dict[int, Consequence]:
    """By the case's pk. Two queries."""
    rules = ladder_rules({case.group_id: case.group for case in cases}.values())
    counted = standings({case.membership_id for case in cases}, at)
    found = {}
    for case in cases:
        offence = Offence(case.offence)
        ladder = ladder_of(offence)
        rungs, standing = rules[case.group_id].rungs(ladder), counted[case.membership_id, ladder]
        step = policy.due(rungs, standing, weight_of(offence, Severity(case.severity)))
        rung = rungs[step].decided
        found[case.pk] = Consequence(step + 1, len(rungs), policy.told(rung), standing, rung.removes, case.needs_second)
    return found
