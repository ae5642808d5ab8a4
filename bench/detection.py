"""What the detector reaches on judged texts that it was not taught, beside a word list, the first day's rules and plain TF-IDF.

python bench/detection.py FOLDER [--seeds 3]      FOLDER holds tg_group_spam, mc_qq_ads, sms_spam10k and faq_lcqmc (shared/data/labelled)

Whole sets: five folds by cluster, near-duplicates are never on both sides. Verdicts of one group: a fifth of its messages is held back,
so many of the others are judged, drawn at random or as the queue asks (a new model every twenty verdicts, then the highest scored ones);
held back at random, as a group goes on with the adverts it had, and by cluster, so that nothing like it was ever judged. Each line is
the mean over the seeds, with their spread.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import django
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupops.settings")
os.environ.setdefault("OMP_NUM_THREADS", "2")
django.setup()

from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

from moderation.detection import dayone, labelled, proof  # noqa: E402
from moderation.detection.evaluation import Figures, evaluate, folds  # noqa: E402
from moderation.detection.messages import Message  # noqa: E402
from moderation.detection.rules import Detector, RuleKind, RuleSpec, parse  # noqa: E402
from moderation.detection.training import FEWEST, Example, train  # noqa: E402

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SHOWN = (("F1", "f1"), ("best", "best_f1"), ("R@.95", "recall_at_95"), ("R@.99", "recall_at_99"), ("false", "false_alarms"))
OF_TEXT = {RuleKind.WORDS, RuleKind.CONTACT, RuleKind.LINK, RuleKind.PROBATION, RuleKind.PROMOTION, RuleKind.PAID_SERVICE, RuleKind.EMOJI}
FIRST_DAY = (("word list", {RuleKind.WORDS}, False), ("first day, old member", OF_TEXT, False), ("first day, newcomer", OF_TEXT, True))


def rules(kinds: set[RuleKind], *, newcomer: bool) -> proof.Scorer:
    """The shipped rules of these kinds, as if an old member or a newcomer had said each text once."""
    specs = [RuleSpec(at, kind, offence, parse(kind, told)) for at, (kind, offence, told) in enumerate(dayone.RULES) if kind in kinds]
    detector = Detector(specs)

    def score(texts: Sequence[str]) -> list[float]:
        posts = 0 if newcomer else 999
        batch = [Message(at, 1, at, EPOCH, text, posts_before=posts) for at, text in enumerate(texts)]
        seen = [0.0] * len(texts)
        for hit in detector.screen(batch):
            seen[hit.message] = max(seen[hit.message], hit.score)
        return seen

    return score


def stock(examples: Sequence[Example]) -> tuple[proof.Scorer, float]:
    """TF-IDF of one to four characters and a support vector machine, the best of the handbook's ways on these sets."""
    made = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    learned = LinearSVC(C=1).fit(made.fit_transform([each.text for each in examples]), [each.offence for each in examples])
    return lambda texts: (1 / (1 + np.exp(-learned.decision_function(made.transform(texts))))).tolist(), 0.5


def told(name: str, runs: Sequence[Figures]) -> None:
    """Mean and spread of several seeds."""
    shown = []
    for label, field in SHOWN:
        values = [getattr(run, field) for run in runs]
        shown.append(f"{label} {np.mean(values):.3f}±{np.std(values):.3f}")
    print(f"  {name:<30}" + "  ".join(shown), flush=True)


def dataset(path: Path) -> None:
    """Everything on one set."""
    examples = proof.clustered(labelled.read(path))
    truth, texts = [each.offence for each in examples], [each.text for each in examples]
    print(f"{path.name}: {len(examples)} texts, {sum(truth)} offences, five folds by cluster")
    for name, kinds, newcomer in FIRST_DAY:
        told(name, [evaluate(truth, rules(kinds, newcomer=newcomer)(texts))])
    for name, teach in (("TF-IDF + linear SVM", stock), ("detector", proof.learned())):
        told(name, [proof.figures([fold]) for fold in proof.crossed(examples, teach)])


def decisions(path: Path, seeds: range, teachers: dict[str, proof.Teacher]) -> None:
    """After 200 and 800 verdicts of one group."""
    examples = proof.clustered(labelled.read(path))
    for count in (200, 800):
        for held, drawn in (("at random", "at random"), ("by cluster", "at random"), ("at random", "as the queue asks")):
            print(f"{path.name} after {count} verdicts {drawn}, a fifth held back {held}")
            for name, teach in teachers.items():
                told(name, [_after(examples, count, seed, teach, held=held, drawn=drawn) for seed in seeds])


def _after(examples: list[Example], count: int, seed: int, teach: proof.Teacher, *, held: str, drawn: str) -> Figures:
    chance = np.random.default_rng(seed)
    part = folds([each.cluster or 0 for each in examples] if held == "by cluster" else range(len(examples)), 5, seed)
    rest = [each for each, own in zip(examples, part, strict=True) if own == 0]
    pool = [examples[at] for at in chance.permutation(len(examples)) if part[at]]
    judged = pool[:count] if drawn == "at random" else _asked(pool, count, teach)
    scorer, threshold = teach(judged)
    return evaluate([each.offence for each in rest], scorer([each.text for each in rest]), threshold)


def _asked(pool: list[Example], count: int, teach: proof.Teacher) -> list[Example]:
    """The first sixty as they come, until both sorts are known; then those that the last model finds most suspicious."""
    known = 60
    while min(sum(each.offence for each in pool[:known]), known - sum(each.offence for each in pool[:known])) < FEWEST:
        known += 20
    judged, waiting = pool[:known], pool[known:]
    while len(judged) < count:
        scorer, _threshold = teach(judged)
        order = np.argsort(-np.array(scorer([each.text for each in waiting])), kind="stable")
        step = min(20 if len(judged) < 200 else 100, count - len(judged))
        judged += [waiting[at] for at in order[:step]]
        waiting = [waiting[at] for at in order[step:]]
    return judged


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    spam, adverts, sms, faq = (options.folder / f"{name}.devset.{ext}" for name, ext in SETS)
    began = time.perf_counter(), time.process_time()
    model = train(labelled.read(spam))
    took, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    rate, single = proof.speed(model.score, [each.text for each in labelled.read(spam)])
    size = len(model.save()) / 1024
    print(f"taught {spam.name} in {took:.1f} s ({cpu:.1f} s of CPU), {size:.0f} KiB; {rate:,.0f} messages/s, {single:.2f} ms for one")
    questions = [each.text for each in labelled.read(faq)]
    scores = model.score(questions)
    alarms = [100 * np.mean([score >= least for score in scores]) for least in (model.queue, model.automatic)]
    print(f"false alarms on {len(questions)} ordinary questions: queue {alarms[0]:.3f} %, automatic {alarms[1]:.3f} %", flush=True)
    teachers = {"TF-IDF + linear SVM": stock, "detector": proof.learned(), "detector on a base": proof.learned(model)}
    decisions(adverts, range(options.seeds), teachers)
    for path in (spam, adverts, sms):
        dataset(path)


SETS = (("tg_group_spam", "jsonl"), ("mc_qq_ads", "jsonl"), ("sms_spam10k", "jsonl"), ("faq_lcqmc", "json"))

if __name__ == "__main__":
    main()
