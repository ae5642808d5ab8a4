"""How what a platform says is made fit to be kept, and how much and how often is tried: pure decisions."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import orjson

from groupops.messaging.adapter import Event

DOOR = "door"  # the name of storing in a trace
BATCH = 500  # events in one transaction
TRIES = 5  # a batch that times out so often is searched for the event that does it
RETRIES = 3  # of one transaction at once, after a deadlock or a lost connection
DRAIN = timedelta(seconds=20)  # one connection's share of a task, fetching or understanding, before the next one's turn
INBOX_LEASE = timedelta(seconds=60)  # longer than DRAIN and the longest statement
FETCH_LEASE = timedelta(seconds=60)
BACKOFF = timedelta(seconds=15)  # before a platform that failed is asked again
LONGEST_BACKOFF = timedelta(hours=1)  # whatever the platform asks for
REPLAYS = 500  # events that one click replays
BODY_LIMIT = 1024 * 1024  # bytes of a pushed body (guarantees, §4)

ID_WIDTH = 255
NAME_WIDTH = 200
HOW_WIDTH = 10
DEPTH = 24  # of raw JSON; what lies deeper is kept as text
PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS  # JSON and nothing else
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # chat did not exist before; imports reach far back
AHEAD = timedelta(days=1)  # platform clocks go wrong by hours, not days
REPLACEMENT = "\ufffd"
COLUMNS = (
    "event_key",
    "kind",
    "remote_group",
    "remote_user",
    "user_name",
    "operator",
    "remote_message",
    "text",
    "how",
    "own",
    "occurred_at",
    "raw",
)


def text_of(value: str, width: int | None = None) -> str:
    """`value` as both databases can keep it: no NUL, no lone surrogate, at most `width` characters."""
    if not value.isprintable():  # neither of them is; one look tells for most texts
        value = _cleaned(value)
    return value if width is None else value[:width]


def _cleaned(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value.replace("\0", REPLACEMENT)


def id_of(value: str) -> str:
    """A remote id that fits its column; of a longer one a hash stands in, so that two long ids stay two."""
    value = text_of(value)
    return value if len(value) <= ID_WIDTH else "sha256:" + hashlib.sha256(value.encode()).hexdigest()


def occurred(claimed: datetime, at: datetime) -> datetime:
    """When an event counts as having occurred: as its platform says, unless that cannot be; then when it arrived."""
    if claimed.tzinfo is None:
        claimed = claimed.replace(tzinfo=UTC)
    return claimed if EARLIEST <= claimed <= at + AHEAD else at


# Rooms, people and their names come again with every message; the keys of events and messages do not.
known_id = lru_cache(4096)(id_of)
known_name = lru_cache(4096)(text_of)


@cache
def wording(step: str, did: str) -> int:
    """The number of a note's wording, made of what it says: so every process knows it without asking, and it means nothing else ever."""
    return int.from_bytes(hashlib.blake2b(f"{step} {did}".encode(), digest_size=6).digest())


def raw_of(value: Any) -> Any:
    """Raw JSON as both databases can keep it: clean texts, no NaN, not nested without end."""
    try:
        text = orjson.dumps(value, option=PLAIN)
    except TypeError:  # a lone surrogate, a number beyond 64 bits, what is no JSON
        return _made_plain(value, DEPTH)
    # Nearly all are fit as they are, and one look at the text tells: no NUL, nothing that may have been NaN, not that many brackets.
    is_fit = b"\\u0000" not in text and b"null" not in text and text.count(b"{") + text.count(b"[") <= DEPTH
    return orjson.loads(text) if is_fit else _made_plain(value, DEPTH)


def _made_plain(value: Any, depth: int) -> Any:
    """Part by part."""
    if isinstance(value, str):
        return text_of(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth and isinstance(value, (dict, Mapping)):  # dict first: asking the abstract one takes ten times as long
        return {known_name(str(name)): item if type(item) is int else _made_plain(item, depth - 1) for name, item in value.items()}
    if depth and isinstance(value, (list, Sequence)) and not isinstance(value, (bytes, bytearray)):
        return [_made_plain(item, depth - 1) for item in value]
    return text_of(str(value), 1000)


def columns(event: Event, at: datetime) -> dict[str, Any]:
    """The columns of a StoredEvent that its event gives (COLUMNS, in that order), fit to be kept."""
    return {
        "event_key": id_of(event.key),
        "kind": event.kind.value,
        "remote_group": known_id(event.group),
        "remote_user": known_id(event.user),
        "user_name": known_name(event.user_name, NAME_WIDTH),
        "operator": known_id(event.operator),
        "remote_message": id_of(event.message),
        "text": text_of(event.text),
        "how": known_name(event.how, HOW_WIDTH),
        "own": event.own,
        "occurred_at": occurred(event.occurred_at, at),
        "raw": raw_of(event.raw),
    }
