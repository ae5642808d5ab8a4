"""What a person must do now: the form in which every app's today.py tells the home page (settings.TODAY_SOURCES)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

LIMIT = 50  # of one source; the home page says "and more" beyond


@dataclass(frozen=True)
class TodayItem:
    """One thing to do, due `at`; `kind` names the icon and the filter, `url` is where it is done."""

    at: datetime
    kind: str
    text: Promise | str
    url: str
    group: str = ""
    urgent: bool = False
