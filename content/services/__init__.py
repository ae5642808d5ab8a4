"""Every write of the content: schedules and their slots, what they release, and posts."""

from content.services.planning import plan
from content.services.plans import adopt_plan
from content.services.posts import NotActive, cancel_post, create_post, leave_slot, send_again, send_slot_now
from content.services.releasing import Released, filled, release
from content.services.schedules import (
    Stale,
    create_schedule,
    disable,
    enable,
    skip_day,
    unskip_day,
    update_schedule,
)

__all__ = [
    "NotActive",
    "Released",
    "Stale",
    "adopt_plan",
    "cancel_post",
    "create_post",
    "create_schedule",
    "disable",
    "enable",
    "filled",
    "leave_slot",
    "plan",
    "release",
    "send_again",
    "send_slot_now",
    "skip_day",
    "unskip_day",
    "update_schedule",
]
