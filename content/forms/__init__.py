"""Forms and filters of the content pages; the services decide, forms only read."""

from content.forms.base import FIRST, LAST, attempt
from content.forms.plan import DutyForm, ScopedForm, ThemeForm, duty_initial, theme_initial
from content.forms.posts import MomentPostsForm, PostFilter, PostForm, initial_of_post, moment_of, zone_of
from content.forms.schedules import LineForm, ScheduleFilter, ScheduleForm, initial_of

__all__ = [
    "FIRST",
    "LAST",
    "DutyForm",
    "LineForm",
    "MomentPostsForm",
    "PostFilter",
    "PostForm",
    "ScheduleFilter",
    "ScheduleForm",
    "ScopedForm",
    "ThemeForm",
    "attempt",
    "duty_initial",
    "initial_of",
    "initial_of_post",
    "moment_of",
    "theme_initial",
    "zone_of",
]
