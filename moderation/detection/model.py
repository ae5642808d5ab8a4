"""A model that learned: one weight a column, kept in a few hundred kilobytes, read without running anything."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from moderation.detection.features import LONGEST, VIEWS, WIDTH, Array, pieces
from moderation.detection.messages import Span

MAGIC = b"GROUPOPS-MODEL-1\n"
WINDOW, WINDOWS = 4, 50  # characters left out at a time to see what they add, and how often at most
LARGEST = 3 << 20  # bytes of a file


class BadModel(ValueError):
    """The bytes are no model of ours, or damaged."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text and how much it adds to the score, in log-odds."""

    span: Span
    weight: float


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by view, a constant, and the two thresholds that were measured when it was trained.

    A model that was read keeps its weights as the file has them, 8-bit steps of `scales`: a process may hold one for every group.
    """

    weights: Array  # views × WIDTH, float32 or int8
    constant: float
    queue: float
    automatic: float
    examples: int = 0
    scales: tuple[float, ...] = (1.0,) * len(VIEWS)

    def odds(self, texts: Sequence[str]) -> Array:
        """Log-odds of each text."""
        total = np.full(len(texts), self.constant)
        if not len(texts):
            return total
        seen = pieces(texts)
        for at, view in enumerate(VIEWS):
            document, column = seen[view]
            amount = np.bincount(document, minlength=len(texts))
            summed = np.bincount(document, self.weights[at, column], minlength=len(texts))
            total += self.scales[at] * summed / np.sqrt(np.maximum(amount, 1))
        return total

    def score(self, texts: Sequence[str]) -> list[float]:
        """The probability of each text, from 0 to 1."""
        made: list[float] = (1 / (1 + np.exp(-np.clip(self.odds(texts), -30, 30)))).tolist()
        return made

    def asking(self, automatic: float) -> "Model":
        """The same with another threshold for acting alone."""
        return replace(self, automatic=automatic)

    def explain(self, text: str) -> list[Part]:
        """The parts without which the text scores lower, the heaviest first, none overlapping."""
        text = text[:LONGEST]
        starts = range(0, max(len(text) - WINDOW, 0) + 1, max(1, len(text) // WINDOWS))
        spans = [(start, min(start + WINDOW, len(text))) for start in starts if text]
        without = self.odds([text, *(text[:start] + text[end:] for start, end in spans)])
        parts: list[Part] = []
        for drop, span in sorted(zip(without[0] - without[1:], spans, strict=True), key=lambda row: (-row[0], row[1])):
            if drop > 0 and all(span[1] <= part.span[0] or part.span[1] <= span[0] for part in parts):
                parts.append(Part(span, float(drop)))
        return parts

    def full(self) -> Array:
        """The weights as numbers of one scale."""
        made: Array = self.weights.astype(np.float32) * np.array(self.scales, dtype=np.float32)[:, None]
        return made

    def save(self) -> bytes:
        """The model as a file: a line of JSON, and the weights as 8-bit steps of the largest of their view."""
        weights = self.full()
        scales = np.maximum(np.abs(weights).max(axis=1), 1e-9)
        steps = np.round(weights / scales[:, None] * 127).astype(np.int8)
        head = {"views": VIEWS, "width": WIDTH, "constant": self.constant, "queue": self.queue, "automatic": self.automatic}
        told = json.dumps(head | {"examples": self.examples, "scales": scales.tolist()})
        return MAGIC + told.encode() + b"\n" + zlib.compress(steps.tobytes(), 9)

    @classmethod
    def load(cls, kept: bytes) -> "Model":
        """The model that save() wrote. Raises BadModel."""
        try:
            if len(kept) > LARGEST or not kept.startswith(MAGIC):
                raise BadModel("no model of this program")
            told, _line, packed = kept[len(MAGIC) :].partition(b"\n")
            head = json.loads(told)
            known = tuple(head["views"])
            if known != VIEWS[: len(known)] or head["width"] != WIDTH:
                raise BadModel("a model of another version; train it again")
            unpacked = zlib.decompressobj().decompress(packed, len(known) * WIDTH + 1)
            steps = np.zeros((len(VIEWS), WIDTH), dtype=np.int8)  # views that came later weigh nothing in it
            steps[: len(known)] = np.frombuffer(unpacked, dtype=np.int8).reshape(len(known), WIDTH)
            if len(head["scales"]) != len(known):
                raise BadModel("damaged: a scale is missing")
            scales = (*(float(scale) / 127 for scale in head["scales"]), *(1.0 for _view in VIEWS[len(known) :]))
            return cls(steps, float(head["constant"]), float(head["queue"]), float(head["automatic"]), int(head["examples"]), scales)
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise error if isinstance(error, BadModel) else BadModel(f"damaged: {error}") from error
