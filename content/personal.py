"""What posts hold of a human: a greeting, a praise, a prize that names them (settings.PERSONAL_DATA)."""

from content import models
from groupops.shared.naming import mentioned
from groupops.shared.personal import Holding


def holdings() -> list[Holding]:
    """What is written, and what it is written from."""
    return [
        mentioned(models.Post, "group", "title", "body"),
        mentioned(models.Schedule, "group", "title", "body"),
    ]
