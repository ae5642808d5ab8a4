"""Pages of the sweep: runs, and what a person decides about the silent ones."""

from members.sweep.views.acting import ACTS, REMOVING, carry_out
from members.sweep.views.review import act, review, undo
from members.sweep.views.runs import ask, export, overview, preview, start

__all__ = [
    "ACTS",
    "REMOVING",
    "act",
    "ask",
    "carry_out",
    "export",
    "overview",
    "preview",
    "review",
    "start",
    "undo",
]
