"""A small model of invented verdicts: it learns, says why, is the same twice, and a damaged file is refused."""

import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.detection.cues import ALL, cues
from moderation.detection.evaluation import NEVER, automatic_threshold, evaluate, folds, queue_threshold
from moderation.detection.features import WIDTH
from moderation.detection.model import MAGIC, BadModel, Model
from moderation.detection.rules import Detector, RuleKind, RuleSpec, parse
from moderation.detection.training import Example, TooFew, train
from tests.moderation.detection.test_rules import said

GOODS = ("会员账号", "游戏装备", "代练服务", "优惠券", "流量卡", "网盘资源")
TALK = ("这个报错怎么解决", "晚上一起打球吗", "文档在哪里看", "谢谢老师", "周五的分享几点开始", "我也遇到过这个问题")
EXAMPLES = [Example(f"低价出{goods}需要的加我{number}", offence=True) for goods in GOODS for number in (571, 88230, 9)]
EXAMPLES += [Example(f"{talk}{more}", offence=False) for talk in TALK for more in ("", "？", "，想了很久")]


@pytest.fixture(scope="module")
def model() -> Model:
    """Of 36 verdicts."""
    return train(EXAMPLES)


def test_it_tells_unseen_texts_apart(model: Model) -> None:
    """An advert for other goods, in a disguise, and a question."""
    advert, question = model.score(["低 价 出 二手显卡，需要的加我 4421", "这个接口怎么用"])
    assert question < 0.5 < advert


def test_the_same_examples_make_the_same_bytes_which_are_read_back(model: Model) -> None:
    """Small, and scores stay where they were."""
    kept = model.save()
    assert train(EXAMPLES).save() == kept
    assert len(kept) < 100_000
    texts = [example.text for example in EXAMPLES]
    assert Model.load(kept).score(texts) == pytest.approx(model.score(texts), abs=0.02)


def test_one_at_a_time_is_as_in_a_batch(model: Model) -> None:
    """Nothing of a text's score comes from its neighbours."""
    texts = ["低价出会员", "", "晚上打球", "👍" * 3]
    assert [model.score([text])[0] for text in texts] == pytest.approx(model.score(texts))


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=100))
def test_every_text_has_a_score_and_reasons_within_it(model: Model, text: str) -> None:
    """Total."""
    assert 0 <= model.score([text])[0] <= 1
    for part in model.explain(text):
        assert 0 <= part.span[0] < part.span[1] <= len(text)
        assert part.weight > 0


def test_it_says_why(model: Model) -> None:
    """The heaviest part is of the advert."""
    start, end = model.explain("谢谢老师，低价出显卡需要的加我，晚上打球")[0].span
    assert set("谢谢老师，低价出显卡需要的加我"[start:end]) & set("低价出需要的加我")


def test_a_group_learns_on_top_of_a_base(model: Model) -> None:
    """Its own verdicts count more than what the base holds."""
    own = [Example(f"出会员账号{number}", offence=False) for number in range(12)]
    own += [Example(f"刷屏刷屏{number}哈哈哈", offence=True) for number in range(12)]
    group = train(own, base=model)
    spam, fine = group.score(["刷屏刷屏77哈哈哈", "出会员账号77"])
    assert fine < 0.5 < spam


def test_as_a_rule(model: Model) -> None:
    """A hit carries its score and the fragments; 36 verdicts are too few to act alone."""
    told = [parse(RuleKind.MODEL, {"from": threshold}) for threshold in ("queue", "automatic")]
    rules = [RuleSpec(at, RuleKind.MODEL, "advert", each) for at, each in enumerate(told)]
    (hit,) = Detector(rules, model).screen([said("低价出游戏装备需要的加我571"), said("谢谢老师", 2)])
    assert (hit.rule, hit.message) == (0, 1)
    assert hit.spans
    assert hit.score > model.queue
    assert model.automatic == NEVER


def test_too_few_verdicts_make_no_model() -> None:
    """Ten of each sort are needed."""
    with pytest.raises(TooFew):
        train(EXAMPLES[:20])


def test_a_damaged_file_is_refused(model: Model) -> None:
    """Nothing of it is run."""
    kept = model.save()
    for spoiled in (b"", kept[:-9], kept.replace(b'"width"', b'"wide"'), b"\x80pickle"):
        with pytest.raises(BadModel):
            Model.load(spoiled)


def test_a_file_from_before_a_view_came_is_read(model: Model) -> None:
    """The views that it knows weigh as they did, the later ones nothing."""
    line, packed = model.save().removeprefix(MAGIC).split(b"\n", 1)
    head = json.loads(line)
    head["views"], head["scales"] = head["views"][:-1], head["scales"][:-1]
    steps = zlib.decompress(packed)[: len(head["views"]) * WIDTH]
    before = Model.load(MAGIC + json.dumps(head).encode() + b"\n" + zlib.compress(steps))
    assert np.array_equal(before.full()[:-1], Model.load(model.save()).full()[:-1])
    assert not before.full()[-1].any()


def test_cues_are_seen_in_texts_as_they_are_meant() -> None:
    """What somebody sells at the beginning, a price, a contact; and how many there are."""
    offer, talk = ([ALL[at] for at in seen[:-1]] for seen in cues(["·出二手显卡300元，有意加我", "今天天气不错"]))
    assert any("(?:出)" in cue for cue in offer)
    assert len(offer) >= 5
    assert not talk
    assert cues(["今天天气不错"]) == [[len(ALL)]]


def test_figures_and_thresholds() -> None:
    """By hand: a false alarm at .8 between four offences."""
    truth, scores = [True, True, False, True, True, False], [0.95, 0.9, 0.8, 0.7, 0.6, 0.1]
    reached = evaluate(truth, scores, 0.65)
    assert (reached.precision, reached.recall, reached.false_alarms) == (0.75, 0.75, 0.5)
    assert (reached.recall_at_95, reached.recall_at_99) == (0.5, 0.5)
    assert 0.1 < queue_threshold(truth, scores) <= 0.5
    assert automatic_threshold(truth, scores) == NEVER
    assert 0.5 <= automatic_threshold(truth * 30, scores * 30) < 0.95


def test_no_cluster_is_on_both_sides() -> None:
    """Whatever the seed."""
    clusters = [1, 1, 2, 3, 3, 3, 4]
    for seed in range(5):
        part = folds(clusters, 2, seed)
        assert len({(cluster, int(own)) for cluster, own in zip(clusters, part, strict=True)}) == 4
