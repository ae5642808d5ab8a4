"""Long texts in several messages: by paragraph where possible, by bytes where bytes count, never cut silently; each part sent once."""

import time
from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_noop as _

from groupops.messaging.adapter import (
    Action,
    AdapterError,
    Capability,
    Found,
    NotSupported,
    Outcome,
    OutcomeUnknown,
    Resolution,
    Result,
    Unavailable,
)

Say = Callable[[Action, str, str], str]  # action, key and text of a part -> remote id
Seen = Callable[[Action, Sequence[str]], Mapping[str, str]]  # keys -> remote ids of those that are on the platform


def split(text: str, *, limit: int, size: Callable[[str], int] = len) -> list[str]:
    """`text` in parts whose `size` is at most `limit`, each headed "1/3" when there are several.

    Breaks at the last paragraph, else line, else sentence, else space, else between two characters. Joining the parts without
    their heads gives the text again, up to white space at the breaks.
    """
    if size(text) <= limit:
        return [text]
    room = limit - size("99/99\n")
    pieces, rest = [], text
    while rest:
        piece = _head(rest, room, size)
        pieces.append(piece.strip())
        rest = rest[len(piece) :].lstrip()
    return [f"{n}/{len(pieces)}\n{piece}" for n, piece in enumerate(pieces, 1)]


def count(text: str, capability: Capability | None) -> int:
    """How many messages `text` takes under a capability's limits: what rate limits count."""
    if capability is None:
        return 1
    limits = [(capability.max_chars, len), (capability.max_bytes, _bytes)]
    return max((len(split(text, limit=limit, size=size)) for limit, size in limits if limit), default=1)


def _bytes(text: str) -> int:
    return len(text.encode())


def json_bytes(text: str) -> int:
    """How many bytes `text` takes inside a JSON document in UTF-8: control characters, quotes and backslashes are escaped."""
    escaped = sum(5 if character < " " else 1 for character in text if character < " " or character in '"\\')
    return len(text.encode()) + escaped


def _head(text: str, room: int, size: Callable[[str], int]) -> str:
    """The longest beginning of `text` that fits, cut where it hurts least."""
    fits = _fitting(text, room, size)
    if fits == len(text):
        return text
    for mark in ("\n\n", "\n", "。", "！", "？", ". ", " "):
        cut = text.rfind(mark, 0, fits)
        if cut > fits // 2:  # an early break would make many short parts
            return text[: cut + len(mark)]
    return text[:fits]


def _fitting(text: str, room: int, size: Callable[[str], int]) -> int:
    """How many leading characters fit, at least one; by bisection, since size grows with length."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= room else (low, middle - 1)
    return low


def keys(key: str, count: int) -> list[str]:
    """The key of each part."""
    return [key] if count == 1 else [f"{key}-{n}" for n in range(1, count + 1)]


def send(action: Action, texts: Sequence[str], *, say: Say, seen: Seen) -> Outcome:
    """Say every part that is not on the platform yet. A failure after a part was sent is OutcomeUnknown: `resolve` finds out which."""
    started, there = time.monotonic(), _looked(action, texts, seen)
    remote, fresh = [], False
    for key, text in zip(keys(action.key, len(texts)), texts, strict=True):
        if key in there:
            remote.append(there[key])
            continue
        try:
            if time.monotonic() - started > action.deadline:
                raise Unavailable(_("The platform is too slow."))
            remote.append(say(action, key, text))
        except OutcomeUnknown:
            raise
        except AdapterError:
            if fresh:
                raise OutcomeUnknown(_("Only a part of the text was sent."), code=f"{len(remote)}/{len(texts)}") from None
            raise
        fresh = True
    return Outcome(Result.DONE, tuple(remote))


def _looked(action: Action, texts: Sequence[str], seen: Seen) -> Mapping[str, str]:
    """What an earlier attempt left on the platform: no platform's own memory for keys lasts for ever."""
    if action.since is None:
        return {}
    try:
        return seen(action, keys(action.key, len(texts)))
    except NotSupported:
        return {}


def resolve(action: Action, texts: Sequence[str], *, seen: Seen) -> Resolution:
    """Whether every part is on the platform."""
    wanted = keys(action.key, len(texts))
    try:
        found = seen(action, wanted)
    except NotSupported:
        return Resolution(Found.CANNOT_TELL)
    if all(key in found for key in wanted):
        return Resolution(Found.SENT, tuple(found[key] for key in wanted))
    return Resolution(Found.NOT_SENT)
