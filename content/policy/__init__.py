"""Kinds of post, states, when a schedule's slots fall (wall-clock rules in the group's zone), and what becomes of a late one."""

from content.policy.duties import DutyRule, Window
from content.policy.late import ASKING, LATE, LATE_OTHERWISE, Fate, fate, lapse
from content.policy.rule import HORIZON, LOOK_AHEAD, REACH, Rule, holds, local_day
from content.policy.states import RESENDABLE, CatchUp, Holidays, PostKind, PostState, SlotState, Why
from content.policy.weekdays import DAYS, EVERY_DAY, MASKS, WEEKEND, WORKDAYS, describe
from groupops.shared.wall import wall_moment
from groupops.shared.weekdays import mask_of, weekdays_of

__all__ = [
    "ASKING",
    "DAYS",
    "EVERY_DAY",
    "HORIZON",
    "LATE",
    "LATE_OTHERWISE",
    "LOOK_AHEAD",
    "MASKS",
    "REACH",
    "RESENDABLE",
    "WEEKEND",
    "WORKDAYS",
    "CatchUp",
    "DutyRule",
    "Fate",
    "Holidays",
    "PostKind",
    "PostState",
    "Rule",
    "SlotState",
    "Why",
    "Window",
    "describe",
    "fate",
    "holds",
    "lapse",
    "local_day",
    "mask_of",
    "wall_moment",
    "weekdays_of",
]
