"""What a model reaches on judged texts: `manage.py score_detector FILE [--model MODEL]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groupops.shared.errors import Refused
from moderation.detection import labelled, proof
from moderation.detection.evaluation import Figures, evaluate
from moderation.detection.model import BadModel, Model
from moderation.detection.training import Example, train


class Command(BaseCommand):
    """With a model: that model on the whole file. Without: models taught on four fifths and asked about the fifth, five times."""

    help = (
        "Precision, recall, F1, recall at 95 and 99 % precision, false alarms and speed on judged texts (JSON lines: text, label, cluster)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The texts, and the model if there is one already."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--model", type=Path, metavar="MODEL", help="one that was not taught these texts")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Figures, then speed."""
        try:
            examples = proof.clustered(labelled.read(options["file"]))
            model = Model.load(options["model"].read_bytes()) if options["model"] else None
            self._told(examples, model, options["seed"])
        except (labelled.BadFile, BadModel, OSError, Refused) as error:
            raise CommandError(str(error)) from error

    def _told(self, examples: list[Example], model: Model | None, seed: int) -> None:
        """One block of lines."""
        offences = sum(each.offence for each in examples)
        self.stdout.write(f"{len(examples)} texts, {offences} offences")
        if model is None:
            self._figures(
                "taught on the other clusters, queue threshold", proof.figures(proof.crossed(examples, proof.learned(seed=seed), seed=seed))
            )
            model = train(examples, seed=seed)
        else:
            truth, scores = [each.offence for each in examples], model.score([each.text for each in examples])
            for name, threshold in (("queue", model.queue), ("automatic", model.automatic)):
                self._figures(f"{name} threshold {threshold:.3f}", evaluate(truth, scores, threshold))
        rate, single = proof.speed(model.score, [each.text for each in examples])
        self.stdout.write(f"{rate:,.0f} messages/s in batches of 500, {single:.2f} ms for a single one")

    def _figures(self, name: str, reached: Figures) -> None:
        """The figures of one threshold."""
        told = f"precision {reached.precision:.3f}, recall {reached.recall:.3f}, F1 {reached.f1:.3f} (best {reached.best_f1:.3f})"
        more = f"recall at P ≥ .95 {reached.recall_at_95:.3f}, at P ≥ .99 {reached.recall_at_99:.3f}"
        self.stdout.write(f"{name}: {told}, {more}, false alarms {100 * reached.false_alarms:.2f} %")
