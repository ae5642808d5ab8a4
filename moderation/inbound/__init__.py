"""React: what is against the rules, before anything else is done with a message (settings.INBOUND_PIPELINE)."""

from moderation.inbound.step import screen

__all__ = ["screen"]
