"""Reads of the calendar: what stands on which day in the groups one may see, bounded and in a constant number of queries."""

from content.calendar.entries import Entry, Part, Source
from content.calendar.neighbours import doubts
from content.calendar.reading import Spread, members_of, spread, texts_of
from content.calendar.window import LONGEST, View, Window, days_of

__all__ = ["LONGEST", "Entry", "Part", "Source", "Spread", "View", "Window", "days_of", "doubts", "members_of", "spread", "texts_of"]
