"""Reads of the content: the plan, schedules, slots, posts and duties, always bounded by what the user may see."""

from content.queries.duties import Echo, Line, Task, duty_lines, echoes, on_duty
from content.queries.in_work import cards, for_review, overtaken, publishable_by, sent_back_to, trail_of, unsaid
from content.queries.plan import (
    PlanRow,
    Reach,
    following_groups,
    follows_plan,
    of_line,
    plan_lines,
    plan_of_group,
    reach_of,
)
from content.queries.posts import PURPOSE, deliveries, due_posts, in_bundle, posts
from content.queries.schedules import Occurrence, due_slots, next_occurrences, past_slots, schedules, slots, waiting_for_a_person
from content.queries.scoped import duties_for, duties_of_kind, placed, theme_of, themes_for, themes_of_kind, themes_on
from content.queries.silence import OFF, is_off, silent_among, silent_for, switched_off
from content.queries.week import PlanDay, unpublished, week_of

__all__ = [
    "OFF",
    "PURPOSE",
    "Echo",
    "Line",
    "Occurrence",
    "PlanDay",
    "PlanRow",
    "Reach",
    "Task",
    "cards",
    "deliveries",
    "due_posts",
    "due_slots",
    "duties_for",
    "duties_of_kind",
    "duty_lines",
    "echoes",
    "following_groups",
    "follows_plan",
    "for_review",
    "in_bundle",
    "is_off",
    "next_occurrences",
    "of_line",
    "on_duty",
    "overtaken",
    "past_slots",
    "placed",
    "plan_lines",
    "plan_of_group",
    "posts",
    "publishable_by",
    "reach_of",
    "schedules",
    "sent_back_to",
    "silent_among",
    "silent_for",
    "slots",
    "switched_off",
    "theme_of",
    "themes_for",
    "themes_of_kind",
    "themes_on",
    "trail_of",
    "unpublished",
    "unsaid",
    "waiting_for_a_person",
    "week_of",
]
