"""What a kind of group begins with: its plan of the week, themes and duties, by the kind's short name. An unknown kind gets the seed's."""

from dataclasses import replace

from content.plan.base import PLAN
from content.plan.duties import DUTIES, WORDS
from content.plan.entries import DutyEntry, Entry, ThemeEntry
from content.plan.kinds import EXTRA, TEXTS
from content.plan.themes import OF_KINDS, THEMES

__all__ = ["DutyEntry", "Entry", "ThemeEntry", "duties_of", "plan_of", "themes_of"]


def plan_of(slug: str) -> tuple[Entry, ...]:
    """The lines of a kind."""
    texts = TEXTS.get(slug, {})
    return (*(replace(entry, body=texts.get(entry.key, entry.body)) for entry in PLAN), *EXTRA.get(slug, ()))


def themes_of(slug: str) -> tuple[ThemeEntry, ...]:
    """The themes of a kind."""
    return OF_KINDS.get(slug, THEMES)


def duties_of(slug: str) -> tuple[DutyEntry, ...]:
    """The duties of a kind."""
    words = WORDS.get(slug, {})
    return tuple(replace(entry, text=words.get(entry.key, entry.text)) for entry in DUTIES)
