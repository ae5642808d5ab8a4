"""What the content keeps: the plan of a kind, schedules and their slots, posts, duties."""

from content.models.duties import Duty, DutyDone, Theme
from content.models.feeds import FeedKey
from content.models.plan import GroupPlan, PlanLine
from content.models.posts import Post
from content.models.schedules import Schedule, Slot
from content.models.timing import BODY_LENGTH, Timing

__all__ = ["BODY_LENGTH", "Duty", "DutyDone", "FeedKey", "GroupPlan", "PlanLine", "Post", "Schedule", "Slot", "Theme", "Timing"]
