"""From a file of judged texts to a model and its figures, by the command line."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from moderation.detection.labelled import BadFile, read
from moderation.detection.model import Model
from tests.moderation.detection.test_model import EXAMPLES


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """The invented verdicts as a file."""
    path = tmp_path / "judged.jsonl"
    lines = [json.dumps({"text": each.text, "label": int(each.offence), "cluster": at}) for at, each in enumerate(EXAMPLES)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_train_and_score(judged: Path, tmp_path: Path) -> None:
    """The model is written, read, and measured; without one the file is measured against itself, fold by fold."""
    made, told = tmp_path / "base.model", StringIO()
    call_command("train_detector", judged, output=made, stdout=told)
    assert "36 texts" in told.getvalue()
    assert Model.load(made.read_bytes()).examples == len(EXAMPLES)
    call_command("score_detector", judged, model=made, stdout=told)
    call_command("score_detector", judged, stdout=told)
    assert told.getvalue().count("recall at P ≥ .95") == 3
    assert "messages/s" in told.getvalue()


def test_questions_are_harmless(tmp_path: Path) -> None:
    """A document of questions and paraphrases."""
    path = tmp_path / "faq.json"
    path.write_text(
        json.dumps({"kb": [{"id": 0, "question": "怎么登录"}], "queries": [{"text": "登不上", "answer_id": 0}]}), encoding="utf-8"
    )
    assert [(each.text, each.offence) for each in read(path)] == [("怎么登录", False), ("登不上", False)]


@pytest.mark.parametrize("content", ['{"text": "a"}', "[]", '{"text": "a", "label": 2}', "no json"])
def test_a_bad_line_is_named(tmp_path: Path, content: str) -> None:
    """And nothing is written."""
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadFile, match="line 1"):
        read(path)
    with pytest.raises(CommandError, match="line 1"):
        call_command("train_detector", path, output=tmp_path / "never.model")
    assert not (tmp_path / "never.model").exists()
