"""Pure decisions about groups: words and moves, posts, rules, health, stage advice, key moments, policy values. No ORM, no clock."""

from groupops.groups.policy.health import WINDOW, DayNumbers, HealthWeights, Reason, Score, SizeRange, health
from groupops.groups.policy.lifecycle import FEEDS, LIFECYCLE_MOVES, Level, Lifecycle, Scope, refusal
from groupops.groups.policy.moments import NAME_LENGTH, MomentSort, Proposal, propose
from groupops.groups.policy.posts import POST_TEXTS, Post, PostAdvice, PostRanges, staffing
from groupops.groups.policy.rules import GROUP_MARK, compose, filled, line_diff
from groupops.groups.policy.stage import (
    STAGE_TEXTS,
    Action,
    Advice,
    Filling,
    Forecast,
    GroupFacts,
    Stage,
    StagePlan,
    advise,
    forecast,
    target_range,
)
from groupops.groups.policy.values import HIGHEST, Setting, ValueRefused, build, describe, dump, setting

__all__ = [
    "FEEDS",
    "GROUP_MARK",
    "HIGHEST",
    "LIFECYCLE_MOVES",
    "NAME_LENGTH",
    "POST_TEXTS",
    "STAGE_TEXTS",
    "WINDOW",
    "Action",
    "Advice",
    "DayNumbers",
    "Filling",
    "Forecast",
    "GroupFacts",
    "HealthWeights",
    "Level",
    "Lifecycle",
    "MomentSort",
    "Post",
    "PostAdvice",
    "PostRanges",
    "Proposal",
    "Reason",
    "Scope",
    "Score",
    "Setting",
    "SizeRange",
    "Stage",
    "StagePlan",
    "ValueRefused",
    "advise",
    "build",
    "compose",
    "describe",
    "dump",
    "filled",
    "forecast",
    "health",
    "line_diff",
    "propose",
    "refusal",
    "setting",
    "staffing",
    "target_range",
]
