"""Files of judged texts: JSON lines with text, label and cluster, or one JSON document of questions, all of which are harmless."""

import json
from pathlib import Path
from typing import Any

from moderation.detection.training import Example


class BadFile(ValueError):
    """The file holds no judged texts; the message says where."""


def read(path: Path) -> list[Example]:
    """The examples of one file. Raises BadFile, OSError."""
    content = path.read_text(encoding="utf-8")
    try:
        return _questions(json.loads(content)) if path.suffix == ".json" else _lines(content)
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{path.name} is not as expected: {error!r}") from error


def _lines(content: str) -> list[Example]:
    """{"text": …, "label": 0 or 1, "cluster": a number, if known} on each line."""
    found = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            label, text, cluster = row["label"], row["text"], row.get("cluster")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFile(f"line {number} is not {{text, label}}: {error!r}") from error
        if label not in (0, 1) or not isinstance(text, str) or not (cluster is None or isinstance(cluster, int)):
            raise BadFile(f"line {number}: label is 0 or 1, text is a text, cluster a number")
        found.append(Example(text, bool(label), cluster))
    return found


def _questions(held: dict[str, Any]) -> list[Example]:
    """{"kb": [{"question"}], "queries": [{"text"}]}: what people ordinarily ask."""
    texts = [row["question"] for row in held["kb"]] + [row["text"] for row in held["queries"]]
    return [Example(text, offence=False) for text in texts]
