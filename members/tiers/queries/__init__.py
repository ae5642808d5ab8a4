"""Reads of the tiers."""

from members.tiers.queries.previewing import NAMES, Preview, concerned, preview
from members.tiers.queries.shape import (
    CANDIDATES,
    HELP_DAYS,
    Candidate,
    Flow,
    Share,
    candidates,
    changes,
    changes_for,
    flow,
    groups_seen,
    shape,
    shares,
)
from members.tiers.queries.talking import LATE, askers, authors, bearers

__all__ = [
    "CANDIDATES",
    "HELP_DAYS",
    "LATE",
    "NAMES",
    "Candidate",
    "Flow",
    "Preview",
    "Share",
    "askers",
    "authors",
    "bearers",
    "candidates",
    "changes",
    "changes_for",
    "concerned",
    "flow",
    "groups_seen",
    "preview",
    "shape",
    "shares",
]
