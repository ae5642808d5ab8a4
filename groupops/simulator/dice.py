"""Chance that can be repeated: the same words give the same throws on every machine."""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def dice(*parts: object) -> random.Random:
    """Throws that depend on nothing but `parts` (a text seeds through its SHA-512, whatever the process's hash seed is)."""
    return random.Random(":".join(map(str, parts)))  # noqa: S311  (invented talk)


def heavy(luck: random.Random, mean: float, spread: float = 0.8) -> float:
    """A number above zero with a long tail (log-normal) and this mean."""
    return math.exp(luck.gauss(math.log(mean) - spread * spread / 2, spread))


def some(luck: random.Random, expected: float) -> int:
    """A whole number with this mean: its floor, or one more."""
    return int(expected) + (luck.random() < expected % 1)


def weighted(luck: random.Random, things: Sequence[Thing], weights: Sequence[float]) -> Thing:
    """One of them, by weight."""
    return luck.choices(things, weights)[0]
