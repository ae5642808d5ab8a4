"""Commands of the messaging."""
