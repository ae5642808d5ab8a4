"""Pages of the content: schedules, their slots, posts."""

from content.views.acts import adopt, disable, enable, send_slot, skip, unskip
from content.views.asking import ask_again, asking, decide, leave
from content.views.duties import duties, reopen_duty, settle_duty
from content.views.group_plan import follow, group_plan
from content.views.moments import moment_posts
from content.views.plan import line_edit, line_groups, line_new, line_preview, line_restore, line_retire, plan, plans, switch_many
from content.views.post_acts import ActInPath, act_on_post, again, review, review_many, test_post
from content.views.post_forms import drop_ahead, edit_post, preview_post, write, write_ahead
from content.views.posts import all_posts, post, posts
from content.views.schedules import create, edit, preview, schedule, schedules
from content.views.scoped import follow_kind, group_part, kind_part

__all__ = [
    "ActInPath",
    "act_on_post",
    "adopt",
    "again",
    "all_posts",
    "ask_again",
    "asking",
    "create",
    "decide",
    "disable",
    "drop_ahead",
    "duties",
    "edit",
    "edit_post",
    "enable",
    "follow",
    "follow_kind",
    "group_part",
    "group_plan",
    "kind_part",
    "leave",
    "line_edit",
    "line_groups",
    "line_new",
    "line_preview",
    "line_restore",
    "line_retire",
    "moment_posts",
    "plan",
    "plans",
    "post",
    "posts",
    "preview",
    "preview_post",
    "reopen_duty",
    "review",
    "review_many",
    "schedule",
    "schedules",
    "send_slot",
    "settle_duty",
    "skip",
    "switch_many",
    "test_post",
    "unskip",
    "write",
    "write_ahead",
]
