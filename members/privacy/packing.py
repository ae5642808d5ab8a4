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
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("person.json", text)
        file.writestr("person.html", page)
    return content.getvalue()


def _page(table: dict[str, Any]) -> dict[str, Any]:
    rows = table["rows"]
    heads = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(head, "") for head in heads] for row in rows[:SHOWN]]
    return {"name": table["name"], "heads": heads, "rows": cells, "more": max(len(rows) - SHOWN, 0)}
