"""Commands of the moderation."""
