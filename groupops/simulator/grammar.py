"""Sentences from patterns. `{slot}` keeps its word for a conversation, `{=slot}` for a line, `{~slot}` is drawn anew; `[a|b]`, `{3-9}`."""

import random
import re
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache

TOKEN = re.compile(r"\[([^\[\]|]*\|[^\[\]]*)\]|\{([^{}]*)\}")  # [捂脸] has no bar: it is a sticker
NUMBER = re.compile(r"(\d+)-(\d+)")
DEEPEST = 8  # a bank may name banks; deeper it is a circle
LOCAL = "="
Banks = Mapping[str, Sequence[str]]
Facts = MutableMapping[str, str]


class UnknownSlot(LookupError):
    """A pattern names a slot that neither the conversation nor a bank fills."""


@cache
def kept(pattern: str) -> frozenset[str]:
    """The slots of a pattern whose words the conversation keeps."""
    return frozenset(slot for _text, slot, _one_of in _tokens(pattern) if slot and slot[0] not in "~=" and not NUMBER.fullmatch(slot))


@cache
def _tokens(pattern: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(text before, slot, alternatives), one for each token; the last has the rest of the text."""
    found, last = [], 0
    for match in TOKEN.finditer(pattern):
        one_of, slot = match.groups()
        found.append((pattern[last : match.start()], slot or "", tuple(one_of.split("|")) if one_of is not None else ()))
        last = match.end()
    return (*found, (pattern[last:], "", ()))


def expand(pattern: str, luck: random.Random, facts: Facts, banks: Banks, depth: int = 0) -> str:
    """The sentence. Words drawn for `{slot}` are written to `facts`. Raises UnknownSlot."""
    if depth > DEEPEST:
        raise UnknownSlot(pattern)
    out = []
    for text, slot, one_of in _tokens(pattern):
        out.append(text)
        if one_of:
            out.append(expand(luck.choice(one_of), luck, facts, banks, depth + 1))
        elif slot:
            out.append(_slot(slot, luck, facts, banks, depth))
    return "".join(out)


def _slot(slot: str, luck: random.Random, facts: Facts, banks: Banks, depth: int) -> str:
    if number := NUMBER.fullmatch(slot):
        return str(luck.randint(int(number[1]), int(number[2])))
    fresh, name = slot.startswith("~"), slot.lstrip("~=")
    if not fresh and slot in facts:
        return facts[slot]
    if name not in banks:
        raise UnknownSlot(name)
    word = expand(luck.choice(banks[name]), luck, facts, banks, depth + 1)
    if not fresh:
        facts[slot] = word
    return word
