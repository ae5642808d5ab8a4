"""Every write about posts: from the draft to the moment it is handed to the outbox."""

from content.services.posts.acting import cancel_post, hold_post, move_post, restore_post, send_again, send_post_now, unhold_post
from content.services.posts.common import BY_WRITER, NotActive, TooLate, at_once, is_led, last_change, publishing_right
from content.services.posts.many import Many, act_on
from content.services.posts.proposing import Dismissed, draft_moment
from content.services.posts.reviewing import OwnText, approve_post, send_back_post, submit_post
from content.services.posts.trying import preview, test_post
from content.services.posts.writing import create_post, create_posts, edit_post, opening_states

__all__ = [
    "BY_WRITER",
    "Dismissed",
    "Many",
    "NotActive",
    "OwnText",
    "TooLate",
    "act_on",
    "approve_post",
    "at_once",
    "cancel_post",
    "create_post",
    "create_posts",
    "draft_moment",
    "edit_post",
    "hold_post",
    "is_led",
    "last_change",
    "move_post",
    "opening_states",
    "preview",
    "publishing_right",
    "restore_post",
    "send_again",
    "send_back_post",
    "send_post_now",
    "submit_post",
    "test_post",
    "unhold_post",
]
