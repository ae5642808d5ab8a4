"""Brings locale/zh_Hans up to date: the texts of the source with the translations we have."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from script.lib.extraction import catalogue  # noqa: E402  (run as a program, the project is not on the path yet)

CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    """A catalogue of Chinese; empty where the file is not there yet."""
    if not path.exists():
        return Catalog(locale="zh_Hans", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", charset="utf-8")


def merged() -> Catalog:
    """Today's texts with the translations that stand in the catalogue. No guessing, nothing stale."""
    known = read(CATALOGUE)
    known.update(catalogue(ROOT), no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    return known


def _whole(message: Message) -> bool:
    """Whether every form has a translation."""
    return bool(message.string) if isinstance(message.string, str) else all(message.string or [""])


def main() -> int:
    """Write the catalogue and its .mo; exit code 1 when a text has no Chinese yet, each of them printed."""
    catalog = merged()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalog, width=110, sort_output=True, ignore_obsolete=True, omit_header=False)
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    bare = [message.id for message in catalog if message.id and not _whole(message)]
    for text in bare:
        print("untranslated:", text)
    print(f"{len(catalog)} texts, {len(bare)} untranslated: {CATALOGUE.relative_to(ROOT)}")
    return 1 if bare else 0


if __name__ == "__main__":
    sys.exit(main())
