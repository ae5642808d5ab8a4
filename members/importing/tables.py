"""A list of members as rows of texts: CSV, XLSX, or pasted. Read strictly and within bounds; nothing of a bad file is kept."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from groupops.inbound import policy
from groupops.inbound.readers import Unreadable, decode
from members import rostering

LARGEST = 10 * 1024 * 1024  # bytes of a list
ROWS, COLUMNS, CELL = 50_000, 60, 500
UNPACKED, RATIO, PARTS = 200 * 1024 * 1024, 200, 2000  # of an XLSX, which is a zip: bytes, bytes for one byte, files
SMALL = 1024 * 1024  # a part below this may be packed as tightly as it likes
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What openpyxl stumbles over in a file that somebody made by hand.
BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, LookupError, ValueError, TypeError, AttributeError, OSError)
SEPARATORS = "\t,;"


@dataclass(frozen=True)
class Table:
    """The heads, the guessed place of each column (rostering.guess), and the lines with their numbers in the file."""

    header: list[str]
    mapping: dict[str, int]
    rows: list[tuple[int, list[str]]]


def read(content: bytes) -> Table:
    """The list in a file. Raises Unreadable, which names the line and the reason."""
    return _with_header(lines(content))


def lines(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a file that hold anything, with their numbers, and their cells. Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable(_("the file is larger than %(n)d MiB") % {"n": LARGEST // 1024 // 1024})
    if content.startswith(OLD_EXCEL):
        raise Unreadable(_("this is an old or locked Excel file: save it as .xlsx without a password"))
    found = _sheet(content) if content.startswith(ZIP) else _text(decode(content))
    rows = list[tuple[int, list[str]]]()
    for number, cells in found:
        if len(rows) > ROWS:
            raise Unreadable(_("it has more than %(n)d lines") % {"n": ROWS}, where=_("line %(n)d") % {"n": number})
        if any(cells):
            rows.append((number, _bounded(number, cells)))
    return rows


def _with_header(rows: list[tuple[int, list[str]]]) -> Table:
    """The first line is the heads where it names a column that we know; else everything is a line, the first column the names."""
    if not rows:
        raise Unreadable(_("there is no line in it"))
    heads = rows[0][1]
    if mapping := rostering.guess(heads):
        if len(rows) == 1:
            raise Unreadable(_("there is no line below the heads"), where=_("line %(n)d") % {"n": rows[0][0]})
        return Table(heads, mapping, rows[1:])
    width = max(len(cells) for _number, cells in rows)
    return Table([_("Column %(n)d") % {"n": n} for n in range(1, width + 1)], {rostering.Column.NAME.value: 0}, rows)


def _bounded(number: int, cells: list[str]) -> list[str]:
    where = _("line %(n)d") % {"n": number}
    if len(cells) > COLUMNS:
        raise Unreadable(_("it has more than %(n)d columns") % {"n": COLUMNS}, where=where)
    for cell in cells:
        if len(cell) > CELL:
            raise Unreadable(_("a cell holds more than %(n)d characters") % {"n": CELL}, where=where)
    return cells


def _text(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip().split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_plain(cell) for cell in cells]
    except csv.Error as error:
        raise Unreadable(str(error), where=_("line %(n)d") % {"n": reader.line_num}) from None


def _plain(cell: str) -> str:
    """A cell as it was meant: our own exports put an apostrophe before what a spreadsheet would run."""
    text = policy.text_of(cell).strip()
    return text[1:] if text.startswith("'") and text[1:].lstrip(" ")[:1] in "=+-@＝＋－＠" and len(text) > 1 else text


def _sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    _demand_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may claim a million columns
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=COLUMNS + 1), 1):
            yield number, _trimmed([_cell(value) for value in row])
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
    ) as error:
        raise Unreadable(_("it is not a spreadsheet that can be read (%(why)s)") % {"why": type(error).__name__}) from None


def _demand_harmless(content: bytes) -> None:
    """What a zip would unpack to, before it is unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Unreadable(_("it is not a spreadsheet that can be read (%(why)s)") % {"why": "zip"}) from None
    too_tight = any(part.file_size > SMALL and part.file_size > RATIO * max(part.compress_size, 1) for part in parts)
    if len(parts) > PARTS or too_tight or sum(part.file_size for part in parts) > UNPACKED:
        raise Unreadable(_("it would unpack to an unreasonable size"))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # an account number that Excel keeps as a number
    return _plain(str(value))
