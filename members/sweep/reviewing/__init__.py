"""What people decide about silent members: remove (with a second person above the cap), stay, ask or try again, invite back."""

from members.sweep.reviewing.approving import CAP, ONLY_ASKS, SAME_PERSON, again, approve, second
from members.sweep.reviewing.deciding import NOT_THERE, REMOVE, REMOVE_WITHIN, Many, Why, Work, audit, each, moved_on, remove
from members.sweep.reviewing.returning import NOT_REMOVED, not_back, restored, want_back
from members.sweep.reviewing.sparing import spare, unspare

__all__ = [
    "CAP",
    "NOT_REMOVED",
    "NOT_THERE",
    "ONLY_ASKS",
    "REMOVE",
    "REMOVE_WITHIN",
    "SAME_PERSON",
    "Many",
    "Why",
    "Work",
    "again",
    "approve",
    "audit",
    "each",
    "moved_on",
    "not_back",
    "remove",
    "restored",
    "second",
    "spare",
    "unspare",
    "want_back",
]
