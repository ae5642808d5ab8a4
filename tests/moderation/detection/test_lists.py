"""Word lists as files: the common forms are read, and what is written is read back."""

import json

import pytest

from moderation.detection.lists import Word, parse, written
from moderation.detection.settings import BadSettings

WANTED = (Word("赌博", "博彩"), Word("裸聊", "色情"))


@pytest.mark.parametrize(
    "content",
    [
        "赌博,博彩\n裸聊,色情\n".encode(),
        "赌博\t博彩\r\n裸聊\t色情".encode("gb18030"),
        "\ufeff敏感词,分类\n赌博,博彩\n裸聊,色情".encode(),
        "[博彩]\n赌博\n[色情]\n裸聊\n".encode("utf-16"),
        "# 博彩\n赌博|3\n# 色情\n裸聊|2\n".encode(),
        json.dumps({"博彩": ["赌博"], "色情": ["裸聊"]}).encode(),
        json.dumps([{"word": "赌博", "category": "博彩"}, {"word": "裸聊", "type": "色情"}]).encode(),
    ],
)
def test_common_forms(content: bytes) -> None:
    """Lines with a category, headings, levels, JSON; UTF-8, UTF-16 and GB 18030."""
    assert parse(content).words == WANTED


def test_one_line_with_separators() -> None:
    """As people paste them."""
    assert [word.text for word in parse("赌博、裸聊、发票".encode()).words] == ["赌博", "裸聊", "发票"]


def test_round_trip_and_what_is_left_out() -> None:
    """Twice is once; a line without letters is named."""
    parsed = parse("赌博\n赌 博\n！！！\n裸聊\n".encode())
    assert [word.text for word in parsed.words] == ["赌博", "裸聊"]
    assert parsed.left_out == ((3, "！！！"),)
    assert sorted(parse(written(WANTED).encode()).words, key=str) == sorted(WANTED, key=str)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]", "！！".encode()])
def test_an_empty_file_says_so(content: bytes) -> None:
    """Instead of an empty rule."""
    with pytest.raises(BadSettings):
        parse(content)
