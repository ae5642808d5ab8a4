"""Commands of the groups."""
