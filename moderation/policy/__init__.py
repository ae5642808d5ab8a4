"""What counts as what, and what follows from it: offences, ladders, states of a case. Pure."""

from moderation.policy.automatic import Held, held_back
from moderation.policy.ladder import Act, LadderRule, Rung, due, in_words, parse, spelt, told
from moderation.policy.offences import GENTLE, TO_PEOPLE, Ladder, Offence, Severity, ladder_of, weight_of
from moderation.policy.states import MOVES, OPEN, AppealState, CaseState, MeasureState, RuleState, Source, Verdict, outcome
from moderation.policy.words import Words

__all__ = [
    "GENTLE",
    "MOVES",
    "OPEN",
    "TO_PEOPLE",
    "Act",
    "AppealState",
    "CaseState",
    "Held",
    "Ladder",
    "LadderRule",
    "MeasureState",
    "Offence",
    "RuleState",
    "Rung",
    "Severity",
    "Source",
    "Verdict",
    "Words",
    "due",
    "held_back",
    "in_words",
    "ladder_of",
    "outcome",
    "parse",
    "spelt",
    "told",
    "weight_of",
]
