"""Reads of the messaging: what a person may see of deliveries and connections."""

from groupops.messaging.queries.able import Able, Ables, abilities_of, members_of
from groupops.messaging.queries.connections import Room, Rooms, channels, connections_for, limits_of, rooms_of
from groupops.messaging.queries.deliveries import (
    ATTENTION,
    ON_ITS_WAY,
    TROUBLE,
    Count,
    Done,
    attention,
    counts,
    decisions,
    deliveries_for,
    recent,
    trail,
)
from groupops.messaging.queries.desk import Card, Place, cards, gone, stacks
from groupops.messaging.queries.pauses import pauses_at, pauses_for, same_text, would_leave

__all__ = [
    "ATTENTION",
    "ON_ITS_WAY",
    "TROUBLE",
    "Able",
    "Ables",
    "Card",
    "Count",
    "Done",
    "Place",
    "Room",
    "Rooms",
    "abilities_of",
    "attention",
    "cards",
    "channels",
    "connections_for",
    "counts",
    "decisions",
    "deliveries_for",
    "gone",
    "limits_of",
    "members_of",
    "pauses_at",
    "pauses_for",
    "recent",
    "rooms_of",
    "same_text",
    "stacks",
    "trail",
    "would_leave",
]
