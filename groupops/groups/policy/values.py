"""Values of the policy store: described, validated and written as plain JSON by the dataclass that each policy names."""

import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Value = TypeVar("Value")
HIGHEST = 1_000_000
PLAIN = (int, float, bool, str)


class ValueRefused(ValueError):
    """A policy's value cannot be; `field` names the part, or is None for the whole."""

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


@dataclass(frozen=True)
class Setting:
    """One field of a policy's dataclass, as forms and docs show it. `low` and `high` bound a number, both included."""

    name: str
    type: type
    default: Any
    label: str | Promise
    help: str | Promise
    unit: str | Promise
    low: int
    high: int
    lines: bool = False  # a text of several lines
    told: Callable[[Any], str] | None = None  # the value in words, where it is written in signs


def setting(
    default: Any,
    label: str | Promise,
    *,
    low: int = 0,
    high: int = HIGHEST,
    unit: str | Promise = "",
    help: str | Promise = "",  # noqa: A002
    lines: bool = False,
    told: Callable[[Any], str] | None = None,
) -> Any:
    """A dataclass field that carries how it is shown and its bounds; `lines`: a text of several lines; `told`: its value in words."""
    shown = {"label": label, "unit": unit, "help": help, "lines": lines, "told": told}
    return field(default=default, metadata=shown | {"low": low, "high": high})


def describe(cls: type) -> tuple[Setting, ...]:
    """The fields of a policy's dataclass, in order. A field without metadata is shown by its name."""
    return _described(typing.cast("Hashable", cls))


@cache  # asked for every value of every group
def _described(cls: typing.Any) -> tuple[Setting, ...]:
    hints = typing.get_type_hints(cls)
    if foreign := {name: hint for name, hint in hints.items() if hint not in PLAIN and typing.get_origin(hint) is not typing.ClassVar}:
        raise TypeError(f"{cls.__name__}: only {PLAIN} can be values of a policy, not {foreign}")
    return tuple(
        Setting(
            name=item.name,
            type=hints[item.name],
            default=item.default,
            label=item.metadata.get("label", item.name.replace("_", " ")),
            help=item.metadata.get("help", ""),
            unit=item.metadata.get("unit", ""),
            low=item.metadata.get("low", 0),
            high=item.metadata.get("high", HIGHEST),
            lines=item.metadata.get("lines", False),
            told=item.metadata.get("told"),
        )
        for item in fields(cls)
    )


def build(cls: type[Value], raw: Mapping[str, Any]) -> Value:
    """The instance that `raw` describes; fields left out keep their defaults. Raises ValueRefused.

    Bounds of single fields come from their metadata, relations between fields from the dataclass's __post_init__ (ValueError).
    """
    known = {item.name: item for item in describe(cls)}
    for name in raw:
        if name not in known:
            raise ValueRefused(_("There is no such setting: %(name)s.") % {"name": str(name)[:40]}, field=str(name)[:40])
    values = {name: _checked(known[name], value) for name, value in raw.items()}
    try:
        return cls(**values)
    except ValueRefused:
        raise
    except ValueError as error:
        raise ValueRefused(str(error)) from None


def _checked(item: Setting, value: Any) -> Any:
    number = item.type in (int, float)
    # bool is an int to Python, never to an operator
    fits = isinstance(value, (int, float) if item.type is float else item.type) and not (number and isinstance(value, bool))
    if not fits:
        raise ValueRefused(_("%(label)s: this is not a value of the right type.") % {"label": item.label}, field=item.name)
    if number and not item.low <= value <= item.high:
        bounds = {"label": item.label, "low": item.low, "high": item.high}
        raise ValueRefused(_("%(label)s: a number from %(low)s to %(high)s.") % bounds, field=item.name)
    return value


def dump(instance: Any) -> dict[str, Any]:
    """A policy's value as JSON keeps it."""
    return asdict(instance)
