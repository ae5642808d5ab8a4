"""The sweep by the clock and by hand: runs are made, the silent ones asked, and cases follow what happens in the group."""

from members.sweep.services.advancing import CASES, advance
from members.sweep.services.asking import ASK, ASK_WITHIN, RUNS, ask, ask_due
from members.sweep.services.planning import GROUPS, NotNow, plan, start
from members.sweep.services.ticking import tick

__all__ = [
    "ASK",
    "ASK_WITHIN",
    "CASES",
    "GROUPS",
    "RUNS",
    "NotNow",
    "advance",
    "ask",
    "ask_due",
    "plan",
    "start",
    "tick",
]
