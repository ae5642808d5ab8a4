"""Learning from verdicts: three linear models over the same columns, summed into one; thresholds from texts that it had not seen.

A margin and a logistic regression over columns weighed by their rarity, and a logistic regression over columns weighed by how much
oftener they stand in offences (Wang and Manning 2012). A sum of linear models is one: nothing is added when texts are scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from groupops.shared.errors import Invalid
from moderation.detection.evaluation import automatic_threshold, folds, queue_threshold
from moderation.detection.features import VIEWS, WIDTH, Array, pieces
from moderation.detection.model import Model
from moderation.detection.sketches import clusters

FOLDS = 3
SHARES = (2.0, 1.0, 1.0)  # of the three
FEWEST = 10  # verdicts of each sort, below which nothing is learned
MANY, RARE = 2_000, 3  # examples, from which columns that fewer than so many of them have are left out
BASE = 0.1  # a base model's log-odds, as a column beside the others: more of it drowned a group's first verdicts


class TooFew(Invalid):
    """There are not enough verdicts of both sorts to learn from."""

    code = "too_few_verdicts"


@dataclass(frozen=True, slots=True)
class Taught:
    """A model, and what each of its examples scored while its cluster was held back."""

    model: Model
    unseen: list[float]


@dataclass(frozen=True, slots=True)
class Example:
    """A judged text: an offence or not. Texts of one cluster are nearly the same; without one it is worked out."""

    text: str
    offence: bool
    cluster: int | None = None


def train(examples: Sequence[Example], base: Model | None = None, seed: int = 0) -> Model:
    """The model of these verdicts, on top of `base`. The same for the same examples in the same order. Raises TooFew."""
    return teach(examples, base, seed).model


def teach(examples: Sequence[Example], base: Model | None = None, seed: int = 0) -> Taught:
    """As `train`, with the scores from which the thresholds were chosen. Raises TooFew."""
    texts, truth = [each.text for each in examples], np.array([each.offence for each in examples], dtype=bool)
    if min(int(truth.sum()), int((~truth).sum())) < FEWEST:
        raise TooFew(_("The model needs at least %(least)d offences and as many harmless messages that were judged.") % {"least": FEWEST})
    table = _Table(texts, base)
    unseen, part = np.zeros(len(texts)), folds(_clusters(examples), FOLDS, seed)
    for fold in range(FOLDS):
        known = part != fold
        if len(set(truth[known])) == 1 or known.all():
            continue
        weights, constant = table.fitted(known, truth)
        unseen[~known] = table.rows[~known] @ weights + constant
    slope, shift = _calibrated(unseen, truth)
    scores = (1 / (1 + np.exp(-(slope * unseen + shift)))).tolist()
    weights, constant = table.fitted(np.full(len(texts), fill_value=True), truth)
    made = table.model(slope * weights, slope * constant + shift)
    offences = truth.tolist()
    measured = replace(made, queue=queue_threshold(offences, scores), automatic=automatic_threshold(offences, scores))
    return Taught(measured, scores)


class _Table:
    """The examples' columns, and what a base model says of them as one more."""

    def __init__(self, texts: Sequence[str], base: Model | None) -> None:
        rows, self._base = columns(texts), base
        self._kept = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) >= (RARE if len(texts) >= MANY else 1))
        self.rows = rows[:, self._kept]
        if base is not None:
            self.rows = sparse.hstack([self.rows, sparse.csr_matrix(BASE * base.odds(texts)[:, None])]).tocsr()
        self._count = len(texts)

    def fitted(self, known: Array, truth: Array) -> tuple[Array, float]:
        """Weights and constant learned from the known rows: the sum of the three."""
        rows, offence = self.rows[known], truth[known]
        rarity, odds = _rarity(rows), _odds(rows, offence)
        if self._base is not None:
            odds[-1] = 1  # every text has that column
        tasks = ((_margin(), rarity), (_logistic(0.5), rarity), (_logistic(1.0), odds))
        found = [_fit(learner, rows, offence, factor) for learner, factor in tasks]
        weights, constants = zip(*found, strict=True)
        return np.tensordot(SHARES, weights, 1), float(np.dot(SHARES, constants))

    def model(self, weights: Array, constant: float) -> Model:
        """The weights at their places; a base model's are added to them, since it looks at the same columns."""
        spread = np.zeros(len(VIEWS) * WIDTH, dtype=np.float32)
        spread[self._kept] = weights[: len(self._kept)]
        laid: Array = spread.reshape(len(VIEWS), WIDTH)
        if self._base is not None:
            share = BASE * float(weights[-1])
            laid, constant = laid + share * self._base.full(), constant + share * self._base.constant
        return Model(laid.astype(np.float32), float(constant), 0.5, 0.5, self._count)


def columns(texts: Sequence[str]) -> Any:
    """The texts as a sparse matrix, views side by side, each view of a text of length one."""
    parts = []
    for at, (document, column) in enumerate(pieces(texts)[view] for view in VIEWS):
        amount = np.bincount(document, minlength=len(texts))
        value = (1 / np.sqrt(np.maximum(amount, 1)))[document].astype(np.float32)
        parts.append((document, column + at * WIDTH, value))
    rows, cols, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    return sparse.csr_matrix((values, (rows, cols)), shape=(len(texts), len(VIEWS) * WIDTH))


def _clusters(examples: Sequence[Example]) -> list[int]:
    """Given, or worked out for all when one is missing."""
    given = [each.cluster for each in examples if each.cluster is not None]
    return given if len(given) == len(examples) else clusters([each.text for each in examples])


def _margin() -> LinearSVC:
    return LinearSVC(C=0.01, tol=1e-2, max_iter=2_000, random_state=0)


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, solver="liblinear", dual=True, tol=0.1, max_iter=1_000, random_state=0)


def _fit(learner: Any, rows: Any, offence: Array, factor: Array) -> tuple[Array, float]:
    """What a linear learner makes of columns that are scaled first; its weights for unscaled ones, and its constant."""
    learner.fit(rows @ sparse.diags(factor.astype(np.float32)), offence)
    return learner.coef_[0] * factor, float(learner.intercept_[0])


def _odds(rows: Any, offence: Array) -> Array:
    """Per column the log of how much oftener it stands in offences than elsewhere."""
    held = rows.astype(bool).astype(np.float32)
    shares = [(np.asarray(held[mask].sum(axis=0)).ravel() + 1) / (int(mask.sum()) + 2) for mask in (offence, ~offence)]
    made: Array = np.log(shares[0] / shares[1])
    return made


def _rarity(rows: Any) -> Array:
    """Per column the usual inverse document frequency."""
    made: Array = np.log((1 + rows.shape[0]) / (1 + np.bincount(rows.indices, minlength=rows.shape[1]))) + 1
    return made


def _calibrated(odds: Array, truth: Array) -> tuple[float, float]:
    """Slope and shift that make unseen log-odds probabilities; the order of texts stays."""
    learned = LogisticRegression(C=1.0, solver="liblinear", random_state=0).fit(odds[:, None], truth)
    slope = float(learned.coef_[0, 0])
    return (slope, float(learned.intercept_[0])) if slope > 0 else (1.0, 0.0)
