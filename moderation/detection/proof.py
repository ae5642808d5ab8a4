"""What a detector reaches on judged texts that it was not taught."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from moderation.detection.evaluation import Figures, evaluate, folds
from moderation.detection.model import Model
from moderation.detection.sketches import clusters
from moderation.detection.training import Example, train

Scorer = Callable[[Sequence[str]], Sequence[float]]
Teacher = Callable[[Sequence[Example]], tuple[Scorer, float]]  # from examples to what scores, and its threshold


def learned(base: Model | None = None, seed: int = 0) -> Teacher:
    """Our own model as a teacher."""

    def teach(examples: Sequence[Example]) -> tuple[Scorer, float]:
        model = train(examples, base, seed)
        return model.score, model.queue

    return teach


def clustered(examples: Sequence[Example]) -> list[Example]:
    """The examples, each with its cluster; worked out when one is missing."""
    if all(each.cluster is not None for each in examples):
        return list(examples)
    found = clusters([each.text for each in examples])
    return [Example(each.text, each.offence, cluster) for each, cluster in zip(examples, found, strict=True)]


def crossed(examples: Sequence[Example], teach: Teacher, *, count: int = 5, seed: int = 0) -> list[tuple[list[bool], list[float], float]]:
    """Per fold what was so, what was scored and the threshold: taught on the others; no cluster is on both sides."""
    part = folds([each.cluster or 0 for each in examples], count, seed)
    rows = []
    for fold in range(count):
        scorer, threshold = teach([each for each, own in zip(examples, part, strict=True) if own != fold])
        held = [each for each, own in zip(examples, part, strict=True) if own == fold]
        rows.append(([each.offence for each in held], list(scorer([each.text for each in held])), threshold))
    return rows


def figures(rows: Sequence[tuple[list[bool], list[float], float]]) -> Figures:
    """Of all folds together, each score measured against its own fold's threshold."""
    truth = [each for offences, _scores, _threshold in rows for each in offences]
    moved = [_odds(score) - _odds(threshold) for _offences, scores, threshold in rows for score in scores]
    return evaluate(truth, moved, 0.0)


def speed(scorer: Scorer, texts: Sequence[str], *, batch: int = 500) -> tuple[float, float]:
    """Messages a second in batches, and the median milliseconds of a single one."""
    scorer(texts[:1])
    began = time.perf_counter()
    for at in range(0, len(texts), batch):
        scorer(texts[at : at + batch])
    rate = len(texts) / (time.perf_counter() - began)
    single = []
    for text in texts[:200]:
        began = time.perf_counter()
        scorer([text])
        single.append(time.perf_counter() - began)
    return rate, 1000 * float(np.median(single))


def _odds(score: float) -> float:
    """Log-odds; what lies outside of probabilities stays at its end."""
    inside = min(max(score, 1e-9), 1 - 1e-9)
    return float(np.log(inside / (1 - inside)))
