"""Refuses to start when a settings list names something that does not exist, or an append-only table lost its triggers."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from groupops.shared import triggers

LISTS = (
    "INBOUND_PIPELINE",
    "TODAY_SOURCES",
    "SWEEP_EXEMPTIONS",
    "ENTRANCE_HOLDS",
    "PROFILE_SECTIONS",
    "PERSONAL_DATA",
    "INVARIANTS",
    "DELIVERY_KINDS",
    "POLICIES",
)


def dotted_paths(value: Any) -> Iterator[str]:
    """Every dotted path in a settings list, or in the values of a settings dict, however deep."""
    if isinstance(value, str):
        yield value
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from dotted_paths(item)


@register(Tags.compatibility)
def settings_lists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """groupops.E001: a dotted path of a settings list cannot be imported or is not callable."""
    return [error for name in LISTS for path in dotted_paths(getattr(settings, name)) if (error := _problem(name, path))]


def _problem(name: str, path: str) -> Error | None:
    try:
        target = import_string(path)
    except ImportError as failure:
        return Error(f"{name} names {path!r}: {failure}", hint="Correct the dotted path in groupops/settings.py.", id="groupops.E001")
    if not callable(target):
        return Error(f"{name} names {path!r}, which cannot be called.", id="groupops.E001")
    return None


@register(Tags.database)
def append_only(*, app_configs: Any = None, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """groupops.W010: a trigger of an append-only table is gone. Runs with `check --database default` and in doctor.

    A warning, because `migrate` runs this check first: an error would keep it from putting the trigger back.
    """
    return [
        CheckWarning(
            f"{table} lost its trigger against {event}.", hint="Run manage.py migrate; it installs the triggers again.", id="groupops.W010"
        )
        for using in databases or []
        for app in apps.get_app_configs()
        for table, events in triggers.append_only(app).items()
        if triggers.exists(using, table)
        for event in triggers.missing(using, table, events=events)
    ]


def refuse_to_start() -> None:
    """For processes that do not run system checks (web, worker, beat): raise ImproperlyConfigured on a wrong settings list."""
    if errors := settings_lists(None):
        raise ImproperlyConfigured("; ".join(str(error.msg) for error in errors))
