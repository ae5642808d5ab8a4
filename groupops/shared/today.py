"""What a person must do now: the form in which every app's today.py tells the home page (settings.TODAY_SOURCES)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

LIMIT = 50  # of one source; a source that gives as many has more, and the home page says so


@dataclass(frozen=True)
class TodayItem:
    """One thing to do, due `at`; `kind` names the icon and the filter, `url` is where it is looked at.

    `key` names the thing for ever ("question:12"): who took it and until when it sleeps hang on it. `done_url` is the POST address that
    settles it without leaving the page, with `done_fields` as its form; empty where only the page itself can. `group_ids` are the groups
    it is about (none: the whole site), by which the list is filtered and colleagues are offered. `detail` is a second, quieter line.
    """

    key: str
    at: datetime
    kind: str
    text: Promise | str
    url: str
    group: str = ""
    urgent: bool = False
    done_url: str = ""
    done_label: Promise | str = ""
    done_fields: tuple[tuple[str, str], ...] = ()
    group_ids: tuple[int, ...] = ()
    detail: Promise | str = ""
