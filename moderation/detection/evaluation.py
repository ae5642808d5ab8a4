"""How good scores are, and where thresholds belong; splits that never put near-duplicates on both sides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moderation.detection.features import Array

EVEN = 0.5
NEVER = 1.01  # a threshold that no score reaches
MEASURED = 50  # offences above a threshold, below which its precision is not known well enough to act alone
TRUSTED, GOOD, WORTH_A_LOOK = 0.99, 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1. The first three and the last at the threshold that was asked for; the others at the best place for each."""

    precision: float
    recall: float
    f1: float
    best_f1: float
    recall_at_95: float
    recall_at_99: float
    false_alarms: float


def evaluate(offences: Sequence[bool], scores: Sequence[float], threshold: float = 0.5) -> Figures:
    """The figures of scores against what people decided."""
    truth, given = np.asarray(offences, dtype=bool), np.asarray(scores, dtype=float)
    hit = given >= threshold
    right = int((hit & truth).sum())
    precision, recall = right / max(int(hit.sum()), 1), right / max(int(truth.sum()), 1)
    at, precisions, recalls = _curve(truth, given)
    best = float(_f1(precisions, recalls).max()) if len(at) else 0.0
    reached = [float(max(recalls[precisions >= least], default=0.0)) for least in (GOOD, TRUSTED)]
    false = int((hit & ~truth).sum()) / max(int((~truth).sum()), 1)
    return Figures(precision, recall, float(_f1(np.array(precision), np.array(recall))), best, reached[0], reached[1], false)


def queue_threshold(offences: Sequence[bool], scores: Sequence[float]) -> float:
    """Where people's time is best spent: the best F1 among the places at which most of what is shown is an offence."""
    truth = np.asarray(offences, dtype=bool)
    at, precisions, recalls = _curve(truth, np.asarray(scores, dtype=float))
    worth = np.where(precisions >= WORTH_A_LOOK, _f1(precisions, recalls), 0)
    if not len(at) or worth.max() <= 0:
        return EVEN
    best = _between(at, int(worth.argmax()))
    return best if truth.sum() >= MEASURED else min(best, EVEN)


def automatic_threshold(offences: Sequence[bool], scores: Sequence[float]) -> float:
    """The lowest score from which 99 in 100 were offences; NEVER when too few were seen to say so."""
    truth = np.asarray(offences, dtype=bool)
    at, precisions, recalls = _curve(truth, np.asarray(scores, dtype=float))
    sure = np.flatnonzero((precisions >= TRUSTED) & (recalls * truth.sum() >= MEASURED))
    return max(_between(at, int(sure[-1])), EVEN) if len(sure) else NEVER


def _between(at: Array, place: int) -> float:
    """Between a score and the next lower one, nearer to the former: texts that come score a little lower than those that were seen."""
    lower = at[place + 1] if place + 1 < len(at) else at[place] / 2
    return float(0.75 * at[place] + 0.25 * lower)


def folds(clusters: Sequence[int], count: int, seed: int) -> Array:
    """A number from 0 to count − 1 for each text, the same within a cluster."""
    names, place = np.unique(np.asarray(clusters), return_inverse=True)
    dealt: Array = (np.random.default_rng(seed).permutation(len(names)) % count)[place]
    return dealt


def _curve(truth: Array, given: Array) -> tuple[Array, Array, Array]:
    """Every score that occurs, highest first, with precision and recall of what reaches it."""
    order = np.argsort(-given, kind="stable")
    given, right = given[order], np.cumsum(truth[order])
    last = np.flatnonzero(np.r_[given[1:] != given[:-1], True]) if len(given) else np.array([], dtype=int)
    return given[last], right[last] / (last + 1), right[last] / max(int(truth.sum()), 1)


def _f1(precision: Array, recall: Array) -> Array:
    made: Array = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return made
