"""CSV as spreadsheets open it: UTF-8 with a byte-order mark, row by row, and no cell that a program would run; and XLSX."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

BOM = "\ufeff"  # without it Excel reads Chinese as Latin-1
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # OWASP; full-width signs count in Chinese and Japanese Excel


class _Line:
    """A file that hands every written line back, so that nothing is collected in memory."""

    def write(self, line: str) -> str:
        return line


def csv_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """A download named `name`, streamed: `rows` may be an iterator over any number of rows."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def xlsx_response(name: str, header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """The same as an XLSX file. Written row by row into one file in memory: for bounded lists."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in chain([header], rows):
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell(value)) for value in row])
    file = io.BytesIO()
    book.save(file)
    response = HttpResponse(file.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_lines(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, the byte-order mark in front of the first."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)  # a semicolon must not open a cell where it is the separator
    yield BOM + writer.writerow([cell(value) for value in header])
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value: Any) -> str:
    """A value as its cell: times on the reader's wall clock, and a text that starts like a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, (bool, int, float)):
        return str(value)  # a negative number is a number
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
