"""Pages of the content: schedules, their slots, posts."""

from content.views.acts import adopt, disable, enable, leave, send_slot, skip, unskip
from content.views.posts import again, cancel, create_post, posts
from content.views.schedules import create, edit, preview, schedule, schedules

__all__ = [
    "adopt",
    "again",
    "cancel",
    "create",
    "create_post",
    "disable",
    "edit",
    "enable",
    "leave",
    "posts",
    "preview",
    "schedule",
    "schedules",
    "send_slot",
    "skip",
    "unskip",
]
