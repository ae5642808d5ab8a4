"""Which of the two modules speaks to the database at hand."""

from types import ModuleType

from django.db import connection

from groupops.operations.backup import postgres, sqlite


def dialect() -> ModuleType:
    """The module of this database: Source, load, bare, number_on, settle."""
    return postgres if connection.vendor == "postgresql" else sqlite
