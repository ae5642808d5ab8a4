"""The rule that a model makes: what it holds for an offence, above the threshold that was measured for the queue or for acting alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext_noop

from moderation.detection.batch import Batch
from moderation.detection.messages import Found, Span
from moderation.detection.settings import Choice, Setting

SETTINGS: Mapping[str, Setting] = {"from": Choice("queue", ("queue", "automatic"))}
LOOKS = gettext_noop("Looks like what was judged before (%(percent)d %%): %(seen)s.")


class Fragment(Protocol):
    """A part of a text."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        ...


class Scores(Protocol):
    """What a rule needs of a model. Scores are probabilities; thresholds are those that were measured on held-back verdicts."""

    @property
    def queue(self) -> float:
        """From where on people are asked."""
        ...

    @property
    def automatic(self) -> float:
        """From where on a rule may act alone."""
        ...

    def score(self, texts: Sequence[str]) -> Sequence[float]:
        """One score a text, from 0 to 1."""
        ...

    def explain(self, text: str) -> Sequence[Fragment]:
        """What speaks for it, the heaviest first."""
        ...


class Learned:
    """Messages that a model scores above one of its thresholds; sure is it only above that for acting alone."""

    def __init__(self, settings: Mapping[str, Any], model: Scores) -> None:
        self._model = model
        self._least: float = getattr(model, settings["from"])

    def look(self, batch: Batch) -> list[Found]:
        """Each of them with its score and the fragments that made it."""
        scores = self._model.score([message.text for message in batch.messages])
        return [self._found(place, batch, float(score)) for place, score in enumerate(scores) if score >= self._least]

    def _found(self, place: int, batch: Batch, score: float) -> Found:
        """With up to three fragments."""
        text = batch.messages[place].text
        spans = tuple(sorted(part.span for part in self._model.explain(text)[:3]))
        seen = " · ".join(text[start:end] for start, end in spans)
        return Found(place, LOOKS, spans, {"percent": round(100 * score), "seen": seen}, score, sure=score >= self._model.automatic)
