"""Which questions ask the same (seed: 批量处理相似的问题): pure functions over their words."""

import re
import unicodedata
from collections.abc import Sequence

ALIKE = 0.45  # share of the pairs of signs that two questions have in common, from which on they are shown together
NOISE = re.compile(r"[\W_]+|请问|大家|各位|有没有人|一下|怎么|吗|呢|啊")  # politeness and question words are in every question


def shape(text: str) -> frozenset[str]:
    """The pairs of neighbouring signs of a question, without what every question has."""
    plain = NOISE.sub("", unicodedata.normalize("NFKC", text).lower())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0 for nothing in common, 1 for the same pairs; symmetric. Of two long ones the shorter decides as much as the longer."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def clusters(texts: Sequence[str]) -> list[list[int]]:
    """Positions of texts that ask alike, each cluster of at least two in order; a text is in one cluster at the most."""
    shapes = [shape(text) for text in texts]
    found: list[list[int]] = []
    for at, mine in enumerate(shapes):
        home = next((cluster for cluster in found if likeness(mine, shapes[cluster[0]]) >= ALIKE), None) if mine else None
        if home is None:
            found.append([at])
        else:
            home.append(at)
    return [cluster for cluster in found if len(cluster) > 1]
