"""Masks of weekdays: bit 0 is Monday."""

from django.utils.translation import gettext_lazy as _

from groupops.shared.weekdays import weekdays_of

WORKDAYS, WEEKEND, EVERY_DAY = 0b0011111, 0b1100000, 0b1111111
DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
MASKS = {WORKDAYS: _("Workdays"), WEEKEND: _("Weekends"), EVERY_DAY: _("Every day")}


def describe(mask: int) -> str:
    """The days of a mask in words: a name for the usual ones, else the days."""
    return str(MASKS.get(mask, "")) or " ".join(str(DAYS[day - 1]) for day in weekdays_of(mask))
