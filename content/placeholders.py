"""`{{name}}` in texts: the only replacer. Never Django templates: what an operator or a member typed is not a program."""

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from content import holidays
from groupops.shared.errors import Invalid

# The groups are Chinese (design: Chinese first); a group's own language would decide here.
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
NO_THEME = "自由交流"  # what a day is about that has no theme
KNOWN = ("group", "date", "weekday", "theme")
ON_FESTIVALS = ("festival", "blessing")  # known only to what is sent on festivals alone
_SPOT = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES = re.compile(r"\{\{|\}\}")


class Unfilled(Invalid):
    """The text has a placeholder that nobody can fill, or half of one."""


def check(text: str, *, field: str = "body", festival: bool = False) -> None:
    """Refuse a text that could not be sent as it is; `festival`: it is only sent on festivals.

    Raises Unfilled, which names the placeholder and the known ones.
    """
    known = KNOWN + ON_FESTIVALS if festival else KNOWN
    for name in dict.fromkeys(spot.strip() for spot in _SPOT.findall(text)):
        if name not in known:
            raise Unfilled(_refusal(name, known), field=field)
    if _BRACES.search(_SPOT.sub("", text)):
        raise Unfilled(_("A placeholder is not closed: write it as %(example)s.") % {"example": _spell("group")}, field=field)


def _refusal(name: str, known: tuple[str, ...]) -> str:
    if name in ON_FESTIVALS:
        return _("%(name)s is known only on festivals: choose “Only on festivals”, or leave it out.") % {"name": _spell(name)}
    return _("Nothing fills the placeholder %(name)s. Use one of: %(known)s.") % {
        "name": _spell(name),
        "known": ", ".join(map(_spell, known)),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder filled, in one pass: a value is never searched for placeholders. Raises Unfilled."""
    check(text, festival="festival" in values)
    return _SPOT.sub(lambda spot: values[spot[1].strip()], text)


def values(*, group: str, day: date, theme: str = "") -> dict[str, str]:
    """What the known placeholders stand for on a local day of a group; the festival's only where it is one."""
    known = {"group": group, "date": f"{day.month}月{day.day}日", "weekday": WEEKDAYS[day.weekday()], "theme": theme or NO_THEME}
    if name := holidays.festival_name(day):
        known |= {"festival": name, "blessing": holidays.blessing(day)}
    return known


def asks_theme(text: str) -> bool:
    """Whether the theme of the day must be looked up for this text."""
    return any(spot.strip() == "theme" for spot in _SPOT.findall(text))


def _spell(name: str) -> str:
    return "{{" + name + "}}"
