"""Word lists: found inside of words and through disguises, not where they only seem to be; 65,000 of them at once."""

import pytest

from moderation.detection.messages import Message
from moderation.detection.rules import RuleKind
from tests.moderation.detection.test_rules import said, seen


def words(text: str, *listed: str, **told: object) -> list[tuple[str, float]]:
    """What a list sees in a text."""
    hits = seen(RuleKind.WORDS, said(text), words=list(listed), **{"homophones": False, **told})
    return [(str(hit.parameters["word"]), hit.score) for hit in hits]


@pytest.mark.parametrize("text", ["专业代开发票", "代 开 发 票", "代开發票", "代\u200b开发票！", "代，开，发，票", "代🔥开🔥发🔥票"])
def test_found_through_disguises(text: str) -> None:
    """As it stands, with gaps, in traditional characters, with hidden ones, with marks, with emoji."""
    assert words(text, "代开发票") == [("代开发票", 1.0)]


@pytest.mark.parametrize("text", ["java教程", "我去开会。发票明天给", "今天天气不错😀😀😀", "ｈｅｌｌｏ　ｗｏｒｌｄ"])
def test_not_found_where_there_is_none(text: str) -> None:
    """A short Latin word within a longer one, a word across two sentences, noise."""
    assert words(text, "av", "会发", "赌博", homophones=True) == []


def test_an_exception_covers_what_lies_within_it() -> None:
    """A listed word within a harmless longer one, and once more outside of it."""
    assert words("中奖发票查询", "发票", **{"except": ["发票查询"]}) == []
    assert words("发票查询，卖发票", "发票", **{"except": ["发票查询"]}) == [("发票", 1.0)]


@pytest.mark.parametrize("text", ["家威新领红包", "jia微信", "jiaweixin"])
def test_homophones_are_less_sure(text: str) -> None:
    """Other characters of the same sound, half in pinyin, all in pinyin: never certain, and off by default."""
    found = words(text, "加微信", homophones=True)
    assert [word for word, _score in found] == ([] if text == "jia微信" else ["加微信"])
    assert all(score < 1 for _word, score in found)
    assert words(text, "加微信") == []


def test_a_long_list_is_one_pass() -> None:
    """65,000 words compile and find; a second list of 65,001 is refused elsewhere."""
    listed = [f"禁词{number}号" for number in range(65_000)]
    hits = seen(RuleKind.WORDS, *(said(f"这是禁词{number}号吗", key=number) for number in (0, 64_999)), words=listed)
    assert [hit.parameters["word"] for hit in hits] == ["禁词0号", "禁词64999号"]


def test_noise_is_no_offence() -> None:
    """Emoji, full width and gaps in ordinary talk: the list sees what it saw without them."""
    plain = ["大家晚上好", "这个接口怎么调用", "周末一起爬山吗", "谢谢群主分享"]
    noisy: list[Message] = [said(" ".join(text) + "😀🔥️", key=at) for at, text in enumerate(plain)]
    assert seen(RuleKind.WORDS, *noisy, words=["赌博", "发票", "裸聊"], homophones=True) == []
