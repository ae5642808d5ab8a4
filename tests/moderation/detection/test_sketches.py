"""Sketches of many texts at once are those of each alone; texts that are nearly the same are one cluster."""

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.detection.sketches import _drawn, clusters


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_nothing_of_a_sketch_comes_from_its_neighbours(texts: list[str]) -> None:
    """Lengths, buckets and pairs."""
    for text, sketch in zip(texts, _drawn(texts), strict=True):
        (alone,) = _drawn([text])
        assert (sketch.length, sketch.bands, sketch.pairs) == (alone.length, alone.bands, alone.pairs)


def test_clusters() -> None:
    """Small changes and disguises do not part what belongs together."""
    advert = "低价出售游戏账号需要的老板加我微信详谈"
    texts = [advert, "今天的分享几点开始", f"{advert}！", "低价出售游戏 账号,需要的老板加我微信详谈啊", "早"]
    assert clusters(texts) == [0, 1, 0, 0, 4]
