"""React: what is against the rules, before anything else is done with a message (settings.INBOUND_PIPELINE)."""

from moderation.inbound.looking import look
from moderation.inbound.reports import reports_in
from moderation.inbound.said import LIVE, LOOK_BACK, MOST_BEFORE, Past, message_of
from moderation.inbound.step import gone_in, screen

__all__ = ["LIVE", "LOOK_BACK", "MOST_BEFORE", "Past", "gone_in", "look", "message_of", "reports_in", "screen"]
