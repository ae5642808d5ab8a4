"""Notes as they are kept: the number of the wording, and what differs. Two notes in words are longer than most messages."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db import transaction

from groupops.inbound import policy
from groupops.inbound.models import Wording
from groupops.inbound.turn import Note

_kept: set[tuple[str, str]] = set()  # what this process knows to be committed


def written(traces: Iterable[list[Note]]) -> list[list[Any]]:
    """These traces as events keep them: of each note [number, values], or the number alone. Call inside the transaction that writes them.

    Their wordings are kept too, so that they can be read for as long as the events are: a query for what is new, mostly none.
    """
    given = list(traces)
    if new := {(step, did) for step, did, _values in chain.from_iterable(given)} - _kept:
        rows = [Wording(number=policy.wording(step, did), step=step, did=did) for step, did in sorted(new)]
        Wording.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(lambda: _kept.update(new))
    number = policy.wording
    return [[[number(step, did), values] if values else number(step, did) for step, did, values in notes] for notes in given]
