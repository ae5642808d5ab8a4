"""What is copied: every table of every app, its columns, and what kind of value each holds."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Field, Model


class Kind(StrEnum):
    """What decides how a value is spelt in the file; the same from either database."""

    WHOLE = "whole"
    FLAG = "flag"  # 1 or 0
    TEXT = "text"
    MOMENT = "moment"  # UTC, 2026-11-28 03:00:00 or with six digits behind
    PLAIN = "plain"  # dates, times, decimals: as the database spells them
    REAL = "real"
    JSON = "json"
    UUID = "uuid"  # 32 digits
    BYTES = "bytes"  # \x and hex
    ADDRESS = "address"


KINDS: dict[str, Kind] = {
    **dict.fromkeys(["CharField", "TextField", "SlugField"], Kind.TEXT),
    **dict.fromkeys(["DateField", "TimeField", "DecimalField"], Kind.PLAIN),
    **{f"{size}{kind}": Kind.WHOLE for size in ("", "Big", "Small") for kind in ("IntegerField", "AutoField")},
    **dict.fromkeys(["PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"], Kind.WHOLE),
    "BinaryField": Kind.BYTES,
    "BooleanField": Kind.FLAG,
    "DateTimeField": Kind.MOMENT,
    "FloatField": Kind.REAL,
    "GenericIPAddressField": Kind.ADDRESS,
    "JSONField": Kind.JSON,
    "UUIDField": Kind.UUID,
}


@dataclass(frozen=True)
class Table:
    """A table, its columns with their kinds in a fixed order, and the column it is sorted by."""

    name: str
    columns: dict[str, str]
    key: str

    def plain(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return asdict(self)


def tables() -> list[Table]:
    """Every table that this version of the code keeps, those between two models too, by name."""
    found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if _is_kept(model)}
    return [_table(found[name]) for name in sorted(found)]


def _is_kept(model: type[Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _table(model: type[Model]) -> Table:
    columns = {str(field.column): KINDS[_type_of(field)].value for field in model._meta.local_concrete_fields}
    return Table(model._meta.db_table, dict(sorted(columns.items())), str(model._meta.pk.column))


def _type_of(field: "Field[Any, Any]") -> str:
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]  # of a foreign key
    return field.get_internal_type()
