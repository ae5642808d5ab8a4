"""What `{{name}}` stands for in posts: the group, the day, its theme; on festivals their name and blessing."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from content import holidays
from groupops.shared import placeholders
from groupops.shared.placeholders import Unfilled, spell

# The groups are Chinese (design: Chinese first); a group's own language would decide here.
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
NO_THEME = "自由交流"  # what a day is about that has no theme
KNOWN = ("group", "date", "weekday", "theme")
ON_FESTIVALS = ("festival", "blessing")  # known only to what is sent on festivals alone

__all__ = ["KNOWN", "NO_THEME", "ON_FESTIVALS", "WEEKDAYS", "Unfilled", "asks_theme", "check", "fill", "values"]


def check(text: str, *, field: str = "body", festival: bool = False) -> None:
    """Refuse a text that could not be sent as it is; `festival`: it is only sent on festivals.

    Raises Unfilled, which names the placeholder and the known ones.
    """
    if not festival and (only := [name for name in placeholders.spots(text) if name in ON_FESTIVALS]):
        told = _("%(name)s is known only on festivals: choose “Only on festivals”, or leave it out.") % {"name": spell(only[0])}
        raise Unfilled(told, field=field)
    placeholders.check(text, KNOWN + ON_FESTIVALS if festival else KNOWN, field=field)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder filled, in one pass: a value is never searched for placeholders. Raises Unfilled."""
    check(text, festival="festival" in values)
    return placeholders.fill(text, values)


def values(*, group: str, day: date, theme: str = "") -> dict[str, str]:
    """What the known placeholders stand for on a local day of a group; the festival's only where it is one."""
    known = {"group": group, "date": f"{day.month}月{day.day}日", "weekday": WEEKDAYS[day.weekday()], "theme": theme or NO_THEME}
    if name := holidays.festival_name(day):
        known |= {"festival": name, "blessing": holidays.blessing(day)}
    return known


def asks_theme(text: str) -> bool:
    """Whether the theme of the day must be looked up for this text."""
    return "theme" in placeholders.spots(text)
