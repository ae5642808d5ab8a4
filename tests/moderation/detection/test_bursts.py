"""What is too much, and what is nearly the same."""

from datetime import timedelta

from moderation.detection.messages import Message
from moderation.detection.rules import RuleKind
from moderation.detection.sketches import clusters
from tests.moderation.detection.test_rules import NOON, said, seen

ADVERT = "全网最低价出售各类会员账号需要的私聊我"


def test_flood_counts_per_member_within_the_time() -> None:
    """The messages before count; those of another member, another group or another hour do not."""
    before = (said("a", 1), said("b", 2), said("x", 3, author=2), said("y", 4, group=2), said("z", 5, at=NOON - timedelta(hours=1)))
    hits = seen(RuleKind.FLOOD, said("c", 10), said("d", 11), before=before, messages=3, seconds=30)
    assert [(hit.message, hit.parameters["count"]) for hit in hits] == [(11, 4)]


def test_a_message_that_is_also_before_counts_once() -> None:
    """A batch that is screened again."""
    one = said("a", 1)
    assert seen(RuleKind.FLOOD, one, said("b", 2), before=(one,), messages=2) == []


def test_a_repetition_in_another_dress() -> None:
    """The third time is one too many; short words may be said often."""
    texts = ("收徒，要的来", "收 徒！要的来", "收徒要的来🔥")
    assert [hit.message for hit in seen(RuleKind.REPEAT, *(said(text, at) for at, text in enumerate(texts)))] == [2]
    assert seen(RuleKind.REPEAT, *(said("好的", at) for at in range(9))) == []


def test_near_duplicates_across_groups_and_members() -> None:
    """Two groups, or three members; one's own repetition in one group is another rule's."""
    other = ADVERT.replace("需要的", "要的")
    assert [hit.message for hit in seen(RuleKind.NEAR_DUPLICATE, said(ADVERT, 1), said(other, 2, group=2))] == [2]
    assert [hit.message for hit in seen(RuleKind.NEAR_DUPLICATE, *(said(ADVERT, at, author=at) for at in range(4)))] == [2, 3]
    assert seen(RuleKind.NEAR_DUPLICATE, said(ADVERT, 1), said(ADVERT, 2)) == []
    late = said(ADVERT, 3, group=2, at=NOON + timedelta(days=2))
    assert seen(RuleKind.NEAR_DUPLICATE, late, before=(said(ADVERT, 1),)) == []


def test_mentions() -> None:
    """Many, or everyone."""
    hits = seen(RuleKind.MENTIONS, said("a", 1, mentions=6), said("b", 2, mentions=5), said("c", 3, mentions_all=True))
    assert [hit.message for hit in hits] == [1, 3]


def test_emoji_and_pictures() -> None:
    """Many in one message, or one after the other; a few are talk."""
    assert seen(RuleKind.EMOJI, said("哈哈😀😀[捂脸]")) == []
    assert len(seen(RuleKind.EMOJI, said("😀" * 16))) == 1
    pictures: list[Message] = [said("", at, pictures=1) for at in range(7)]
    assert [hit.message for hit in seen(RuleKind.EMOJI, *pictures)] == [5, 6]


def test_clusters_join_near_duplicates() -> None:
    """For splits: the same number for nearly the same text."""
    assert clusters([ADVERT, "今天天气不错", ADVERT + "1", "", "今天天气不错"]) == [0, 1, 0, 3, 1]
