"""What a rule can be told: for every setting a type, a default and limits; what is outside is refused with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from groupops.shared.errors import Invalid


class BadSettings(Invalid, ValueError):
    """A rule cannot be told that; the message says what it can be told, `field` names the setting."""

    code = "bad_rule"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within limits."""

    default: int
    least: int
    most: int

    def read(self, name: str, value: Any) -> int:
        """The number. Raises BadSettings."""
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = self.least - 1
        if isinstance(value, bool) or not self.least <= number <= self.most:
            raise BadSettings(_("Give a number from %(least)d to %(most)d.") % {"least": self.least, "most": self.most}, field=name)
        return number


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    default: bool

    def read(self, name: str, value: Any) -> bool:
        """The answer. Raises BadSettings."""
        if not isinstance(value, bool):
            raise BadSettings(_("Answer yes or no."), field=name)
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words."""

    default: str
    among: tuple[str, ...]

    def read(self, name: str, value: Any) -> str:
        """The word. Raises BadSettings."""
        if value not in self.among:
            raise BadSettings(_("Choose one of: %(choices)s.") % {"choices": ", ".join(self.among)}, field=name)
        return str(value)


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of texts, none empty, none twice; `most` of them, each up to `length` characters."""

    default: tuple[str, ...]
    most: int
    length: int

    def read(self, name: str, value: Any) -> list[str]:
        """The texts, trimmed. Raises BadSettings."""
        if not isinstance(value, list | tuple) or not all(isinstance(line, str) for line in value):
            raise BadSettings(_("Give a list of texts, one a line."), field=name)
        lines = list(dict.fromkeys(stripped for line in value if (stripped := line.strip())))
        if len(lines) > self.most:
            raise BadSettings(
                _("There are %(count)d entries; at most %(most)d are possible.") % {"count": len(lines), "most": self.most}, field=name
            )
        for line in lines:
            if len(line) > self.length:
                shown = {"line": f"{line[:20]}…", "most": self.length}
                raise BadSettings(_("“%(line)s” is longer than %(most)d characters. Shorten it.") % shown, field=name)
        return lines


Setting = Number | Flag | Choice | Lines


def read(schema: Mapping[str, Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a schema: those given, checked, and the defaults of the others. Raises BadSettings, also for unknown names."""
    for name in given:
        if name not in schema:
            raise BadSettings(_("This kind of rule has no setting “%(name)s”.") % {"name": name}, field=name)
    return {name: setting.read(name, given[name]) if name in given else _plain(setting.default) for name, setting in schema.items()}


def _plain(default: Any) -> Any:
    """As JSON keeps it."""
    return list(default) if isinstance(default, tuple) else default
