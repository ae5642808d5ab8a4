"""Pages of the newcomers: greeted by a click, the board, their buddy, the welcome, the funnel."""

from members.newcomers.views.board import act, act_one, board, buddy, tasks, undo_act, week
from members.newcomers.views.funnel import funnel
from members.newcomers.views.greeting import greet, undo
from members.newcomers.views.welcome import renew_home, try_welcome, welcome

__all__ = [
    "act",
    "act_one",
    "board",
    "buddy",
    "funnel",
    "greet",
    "renew_home",
    "tasks",
    "try_welcome",
    "undo",
    "undo_act",
    "week",
    "welcome",
]
