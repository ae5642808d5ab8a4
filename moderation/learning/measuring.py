"""A new model beside the one in use, on verdicts that neither had seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation.detection.evaluation import NEVER, Figures, evaluate
from moderation.detection.model import Model
from moderation.detection.sketches import clusters
from moderation.learning.verdicts import Judged


@dataclass(frozen=True, slots=True)
class Measured:
    """A model, what it was taught, what it reached at its thresholds on held-back clusters, and the comparison."""

    model: Model
    verdicts: int
    offences: int
    ordinary: int
    queue: Figures
    automatic: Figures | None
    compared: int
    wrong: int
    wrong_before: int | None

    def columns(self) -> dict[str, Any]:
        """As models.LearnedModel keeps it."""
        alone = self.automatic
        return {
            "verdicts": self.verdicts,
            "offences": self.offences,
            "ordinary": self.ordinary,
            "queue": self.model.queue,
            "automatic": self.model.automatic,
            "precision": self.queue.precision,
            "recall": self.queue.recall,
            "automatic_precision": alone.precision if alone else None,
            "automatic_recall": alone.recall if alone else None,
            "compared": self.compared,
            "wrong": self.wrong,
            "wrong_before": self.wrong_before,
        }


def measured(known: Sequence[Judged], said: Sequence[str], *, base: Model | None, before: Model | None, since: datetime | None) -> Measured:
    """Learn from verdicts and ordinary messages; `before` is the model in use, which learned `since`."""
    # scikit-learn takes a second and 150 MB to import: only who learns pays for it, not every worker.
    from moderation.detection.training import Example, teach

    texts = [*(one.text for one in known), *said]
    places = clusters(texts)
    truth = [*(one.offence for one in known), *_spread(places, known)]
    taught = teach([Example(*row) for row in zip(texts, truth, places, strict=True)], base)
    seen = {place for place, one in zip(places, known, strict=False) if since is None or one.at <= since}
    fresh = [at for at, one in enumerate(known) if since is not None and one.at > since and places[at] not in seen]
    return Measured(
        model=taught.model,
        verdicts=len(known),
        offences=sum(one.offence for one in known),
        ordinary=len(said),
        queue=evaluate(truth, taught.unseen, taught.model.queue),
        automatic=evaluate(truth, taught.unseen, taught.model.automatic) if taught.model.automatic < NEVER else None,
        compared=len(fresh),
        wrong=_wrong(truth, taught.unseen, taught.model.queue, fresh),
        wrong_before=_wrong_of(before, texts, truth, fresh) if before else None,
    )


def _spread(places: Sequence[int], known: Sequence[Judged]) -> list[bool]:
    """Of each text that nobody objected to whether it is nearly the same as offences, and as nothing that was found harmless."""
    offences, harmless = ({place for place, one in zip(places, known, strict=False) if one.offence == sort} for sort in (True, False))
    return [place in offences - harmless for place in places[len(known) :]]


def _wrong_of(model: Model, texts: Sequence[str], truth: Sequence[bool], fresh: Sequence[int]) -> int:
    scores = dict(zip(fresh, model.score([texts[at] for at in fresh]), strict=True))
    return sum((scores[at] >= model.queue) != truth[at] for at in fresh)


def _wrong(truth: Sequence[bool], scores: Sequence[float], threshold: float, places: Sequence[int]) -> int:
    """Missed and wrongly accused at these places."""
    return sum((scores[at] >= threshold) != truth[at] for at in places)
