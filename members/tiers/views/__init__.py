"""Pages of the tiers: their shape, their rule, their locks."""

from members.tiers.views.locking import lock, undo, unlock
from members.tiers.views.ruling import rule
from members.tiers.views.shape import overview

__all__ = [
    "lock",
    "overview",
    "rule",
    "undo",
    "unlock",
]
