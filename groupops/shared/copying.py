"""COPY in the place of INSERT, where many rows are most likely all new: PostgreSQL reads lines faster than anything else."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.errorcodes import UNIQUE_VIOLATION

FEW = 50  # rows; fewer are inserted as fast as a savepoint is made


def suits(fields: Iterable[Any], rows: Sequence[Any], database: BaseDatabaseWrapper) -> bool:
    """Whether COPY can write such rows, and pays. A text that may be None is not told from an empty one."""
    return database.vendor == "postgresql" and len(rows) >= FEW and not any(field.null and _is_text(field) for field in fields)


def copied(model: type[models.Model], fields: Sequence[Any], rows: Iterable[Sequence[Any]], database: BaseDatabaseWrapper) -> bool:
    """Whether `rows` of these fields were written, all of them; False where a unique key is known: then none was.

    JSON has to be text already. Raises what else the database refuses.
    """
    quote = database.ops.quote_name
    names, others = (
        ", ".join(quote(field.column) for field in some) for some in (fields, [field for field in fields if not _is_text(field)])
    )
    # Numbers stand alone and all else in quotation marks, None too: in a column that is no text, nothing between them is NULL.
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerows(rows)
    text.seek(0)
    sql = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN WITH (FORMAT csv, FORCE_NULL ({others}))"
    try:
        with transaction.atomic(using=database.alias), database.cursor() as cursor, database.wrap_database_errors:
            cursor.copy_expert(sql, text)
    except IntegrityError as refused:
        if getattr(refused.__cause__, "pgcode", None) != UNIQUE_VIOLATION:
            raise
        return False
    return True


def _is_text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField)
