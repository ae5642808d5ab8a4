"""Template tags of the messaging."""
