"""What staff do for one member, and by when: the sorts of care, in the words of the seed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CareSort(TextChoices):
    """A sort of care. A room that needs another adds a line."""

    CUSTOM = "custom", _("What a colleague wrote down")


def care_sorts() -> list[tuple[str, str]]:
    """The choices of the field; a function, so that another sort wants no migration."""
    return CareSort.choices


class CareState(TextChoices):
    """Where a care task is."""

    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Not needed")


@dataclass(frozen=True)
class Wanted:
    """A care task that ought to be there. `occasion` makes it once-only with its member and sort: "2026-11", a join's day, "" for ever."""

    membership_id: int
    sort: CareSort
    due_at: datetime
    occasion: str = ""
    note: str = ""  # what a person wrote; the sort's own words stand without it
