"""Makes a base model of files of judged texts: `manage.py train_detector FILE… --output MODEL`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groupops.shared import clock
from groupops.shared.errors import Refused
from moderation.detection import labelled, training
from moderation.detection.evaluation import evaluate
from moderation.detection.model import BadModel, Model
from moderation.learning import services


class Command(BaseCommand):
    """The same files and seed give the same model."""

    help = "Make a model of judged texts (JSON lines: text, label 0 or 1, cluster). Groups learn on top of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to learn from, and where the model goes."""
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument("--output", type=Path, required=True, metavar="MODEL")
        parser.add_argument("--base", type=Path, metavar="MODEL", help="a model on top of which this one learns")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--install", action="store_true", help="groups learn on top of it from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses before it writes."""
        try:
            examples = [example for path in options["files"] for example in labelled.read(path)]
            if len(options["files"]) > 1:  # files number their clusters each for itself
                examples = [training.Example(each.text, each.offence) for each in examples]
            base = Model.load(options["base"].read_bytes()) if options["base"] else None
            taught = training.teach(examples, base, options["seed"])
            model = taught.model
            kept = model.save()
            options["output"].write_bytes(kept)
            if options["install"]:
                self._install(examples, taught)
        except (labelled.BadFile, BadModel, OSError, Refused) as error:
            raise CommandError(str(error)) from error
        told = f"{len(examples)} texts, {len(kept) / 1024:.0f} KiB; queue from {model.queue:.3f}, automatic from {model.automatic:.3f}"
        self.stdout.write(f"{options['output']}: {told}")

    def _install(self, examples: list[training.Example], taught: training.Taught) -> None:
        """As the base, with what it reached on held-back clusters."""
        truth = [each.offence for each in examples]
        reached = evaluate(truth, taught.unseen, taught.model.queue)
        figures = {"precision": reached.precision, "recall": reached.recall, "verdicts": len(truth), "offences": sum(truth)}
        made = services.install_base(model=taught.model, at=clock.now(), **figures)
        self.stdout.write(f"base, version {made.version}: precision {reached.precision:.3f}, recall {reached.recall:.3f}")
