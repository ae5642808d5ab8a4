"""Everything about a person as one file: JSON for programs, a page for people, in a zip."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import capfirst

from groupops.shared.personal import Holding

SHOWN = 500  # rows of a table on the page; the JSON has all


def pack(told: Iterable[tuple[Holding, Iterator[dict[str, Any]]]], *, at: datetime) -> bytes:
    """A zip of `person.json` and `person.html`."""
    tables: dict[str, dict[str, Any]] = {}
    for holding, rows in told:
        name = holding.model._meta.label_lower
        table = tables.setdefault(name, {"name": capfirst(str(holding.model._meta.verbose_name)), "rows": []})
        table["rows"] += rows
    kept = {name: table for name, table in tables.items() if table["rows"]}
    text = json.dumps(
        {"made_at": at, "tables": {name: table["rows"] for name, table in kept.items()}}, default=str, ensure_ascii=False, indent=1
    )
    page = render_to_string("members/person_export.html", {"tables": [_page(table) for table in kept.values()], "at": at})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(_entry("person.json", at), text)
        file.writestr(_entry("person.html", at), page)
    return content.getvalue()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    """Dated by the export, not by the clock of the machine: made again after a kill it is the same file."""
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _page(table: dict[str, Any]) -> dict[str, Any]:
    rows = table["rows"]
    heads = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(head, "") for head in heads] for row in rows[:SHOWN]]
    return {"name": table["name"], "heads": heads, "rows": cells, "more": max(len(rows) - SHOWN, 0)}
