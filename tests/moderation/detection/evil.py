"""Patterns that hang backtracking engines or grow automata, and the texts that make them."""

import itertools
from collections.abc import Iterator

SIZE = 100_000
TEXTS = ("a" * SIZE, "ab" * (SIZE // 2), "甲" * (SIZE // 3), "".join(chr(97 + at * 7919 % 26) for at in range(SIZE)))
_INNER = ("a", "[ab]", ".", r"\w", "(a|aa)", "(a|b|ab)", r"\p{Han}", "[^c]", "a?", "(.a)")
_LOOPS = (  # with an inner part for #
    *("(#+)+", "(#*)*", "(#+)*", "(#{1,20}){1,5}", "#{0,50}#{0,50}"),
    *("(#|b)*a.{10}", "(#*b?)*", "((#)+)+x", ".*#.*#.*", "(#.){5,15}"),
)
_ENDS = ("$", "c", "b{3}$", r"\d", "!", "(x|y)z", r".{20}c", "甲乙", "[^a]c", "()")


def patterns(count: int) -> Iterator[str]:
    """So many of them, each another one."""
    parts = itertools.product(_INNER, _LOOPS, _ENDS)
    every = [loop.replace("#", inner) + end for inner, loop, end in parts]
    return iter(every[:: max(1, len(every) // count)][:count])
