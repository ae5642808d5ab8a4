"""Both languages are whole: every English text of ours has a Chinese one, none is fuzzy or stale, placeholders agree."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from script.lib.extraction import extracted

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def messages() -> Iterator[Message]:
    """Every message of the catalogue but its header."""
    with CATALOGUE.open("rb") as file:
        yield from (message for message in read_po(file, locale="zh_Hans") if message.id)


Text = str | tuple[str, ...] | list[str] | None


def texts(value: Text) -> list[str]:
    """A message's text or plural forms as a list; nothing is one empty text."""
    if value is None:
        return [""]
    return [value] if isinstance(value, str) else list(value)


def test_every_text_is_translated() -> None:
    """No empty and no fuzzy entry."""
    bare = [message.id for message in messages() if not all(texts(message.string)) or message.fuzzy]
    assert bare == []


def test_placeholders_agree() -> None:
    """A translation that loses %(name)s would show a wrong sentence, one that invents it would crash."""
    wrong = [message.id for message in messages() if _placeholders(message.id) != _placeholders(message.string)]
    assert wrong == []


def _placeholders(value: Text) -> set[str]:
    return {found for text in texts(value) for found in PLACEHOLDER.findall(text)}


def test_the_catalogue_holds_every_text_of_the_source() -> None:
    """Extracting anew finds nothing that the catalogue lacks."""
    known = {texts(message.id)[0] for message in messages()}
    assert sorted(extracted(ROOT) - known) == []
