"""A community that does not exist: the demo's groups, the people in them, and what they say."""
