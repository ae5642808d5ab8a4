"""Reads of moderation: policies, what counts against somebody, cases and their queue."""

from moderation.queries.appeals import appeal_for, appeal_numbers, appeals_for, open_appeals
from moderation.queries.cases import case_for, cases_for, counts, put_off, similar, to_judge
from moderation.queries.standing import Standing, dealt_with, holders, is_ours, ladder_rule, ladder_rules, standings, words_of

__all__ = [
    "Standing",
    "appeal_for",
    "appeal_numbers",
    "appeals_for",
    "case_for",
    "cases_for",
    "counts",
    "dealt_with",
    "holders",
    "is_ours",
    "ladder_rule",
    "ladder_rules",
    "open_appeals",
    "put_off",
    "similar",
    "standings",
    "to_judge",
    "words_of",
]
