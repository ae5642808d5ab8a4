"""Moderation: nothing yet; its place in the house is kept."""
