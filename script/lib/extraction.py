"""Finds every English text of the source: Python, templates (Django, cotton, partials) by Babel alone, no gettext needed."""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

APPS = ("groupops", "members", "content", "points", "moderation", "monetization")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# A dynamic attribute of a cotton component is an expression outside every Django tag: <c-card :title="_('Groups')">.
COTTON_TEXT = re.compile(r"""\s:[\w.-]+="[^"]*?_\('((?:[^'\\]|\\.)*)'\)""")
Text = str | tuple[str, ...]


def catalogue(root: Path) -> Catalog:
    """Every text below `root`, with the files that say it; without line numbers, which would change with every edit."""
    found = Catalog(charset="utf-8")
    for path in sources(root):
        for text, context in texts(path):
            found.add(text, locations=[(path.relative_to(root).as_posix(), None)], context=context)  # type: ignore[list-item]  # no line: a moved text is no change
    return found


def extracted(root: Path) -> set[str]:
    """The English texts (the singular where there is a plural)."""
    return {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue(root) if message.id}


def sources(root: Path) -> Iterator[Path]:
    """Python of the apps and every template, in one order on every machine."""
    for folder in (*APPS, "templates"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def texts(path: Path) -> Iterator[tuple[Text, str | None]]:
    """The texts of one file, each with its context."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _by_babel("python", source)
    else:
        # templatize() turns tags into gettext calls among blotted-out text: no Python, but JavaScript's lexer bears it.
        yield from _by_babel("javascript", templatize(source, origin=str(path)))
        yield from ((text.replace("\\'", "'"), None) for text in COTTON_TEXT.findall(source))


def _by_babel(method: str, source: str) -> Iterable[tuple[Text, str | None]]:
    options = {"parse_template_string": "false"} if method == "javascript" else {}
    for _line, text, _comments, context in extract(method, io.BytesIO(source.encode()), keywords=KEYWORDS, options=options):
        yield text, context
