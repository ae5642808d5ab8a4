"""`{{name}}` in texts that people write: the only replacer. Never Django templates: what an operator or a member typed is not a program."""

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from groupops.shared.errors import Invalid

_SPOT = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES = re.compile(r"\{\{|\}\}")


class Unfilled(Invalid):
    """The text has a placeholder that nobody can fill, or half of one."""


def spots(text: str) -> list[str]:
    """The names of its placeholders, each once, in their order."""
    return list(dict.fromkeys(spot.strip() for spot in _SPOT.findall(text)))


def spell(name: str) -> str:
    """A placeholder as people write it."""
    return "{{" + name + "}}"


def check(text: str, known: Collection[str], *, field: str = "body") -> None:
    """Refuse a text that could not be sent as it is. Raises Unfilled, which names the placeholder and the known ones."""
    for name in spots(text):
        if name not in known:
            told = {"name": spell(name), "known": ", ".join(map(spell, known))}
            raise Unfilled(_("Nothing fills the placeholder %(name)s. Use one of: %(known)s.") % told, field=field)
    if _BRACES.search(_SPOT.sub("", text)):
        raise Unfilled(_("A placeholder is not closed: write it as %(example)s.") % {"example": spell(next(iter(known)))}, field=field)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder filled, in one pass: a value is never searched for placeholders. Raises Unfilled."""
    check(text, tuple(values))
    return _SPOT.sub(lambda spot: values[spot[1].strip()], text)
