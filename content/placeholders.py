"""`{{name}}` in texts: the only replacer. Never Django templates: what an operator or a member typed is not a program."""

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from groupops.shared.errors import Invalid

# The groups are Chinese (design: Chinese first); a group's own language would decide here.
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
KNOWN = ("group", "date", "weekday")
_SPOT = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES = re.compile(r"\{\{|\}\}")


class Unfilled(Invalid):
    """The text has a placeholder that nobody can fill, or half of one."""


def check(text: str, *, field: str = "body") -> None:
    """Refuse a text that could not be sent as it is. Raises Unfilled, which names the placeholder and the known ones."""
    for name in dict.fromkeys(spot.strip() for spot in _SPOT.findall(text)):
        if name not in KNOWN:
            raise Unfilled(
                _("Nothing fills the placeholder %(name)s. Use one of: %(known)s.")
                % {"name": _spell(name), "known": ", ".join(map(_spell, KNOWN))},
                field=field,
            )
    if _BRACES.search(_SPOT.sub("", text)):
        raise Unfilled(_("A placeholder is not closed: write it as %(example)s.") % {"example": _spell("group")}, field=field)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder filled, in one pass: a value is never searched for placeholders. Raises Unfilled."""
    check(text)
    return _SPOT.sub(lambda spot: values[spot[1].strip()], text)


def values(*, group: str, day: date) -> dict[str, str]:
    """What the known placeholders stand for on a local day of a group."""
    return {"group": group, "date": f"{day.month}月{day.day}日", "weekday": WEEKDAYS[day.weekday()]}


def _spell(name: str) -> str:
    return "{{" + name + "}}"
