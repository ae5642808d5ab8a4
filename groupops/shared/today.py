"""What a person must do now: the form in which every app's today.py tells the home page (settings.TODAY_SOURCES)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

LIMIT = 50  # of one source; the home page says "and more" beyond


@dataclass(frozen=True)
class TodayItem:
    """One thing to do, due `at`; `kind` names the icon and the filter, `url` is where it is looked at.

    `key` names the thing for ever ("question:12"): who took it and until when it sleeps hang on it. `done_url` is the POST address that
    settles it without leaving the page; empty where only the page itself can.
    """

    at: datetime
    kind: str
    text: Promise | str
    url: str
    group: str = ""
    urgent: bool = False
    key: str = ""
    done_url: str = ""
    done_label: Promise | str = ""
