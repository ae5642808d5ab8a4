"""How an audit entry is digested, and when silence becomes an alarm."""

import hashlib
import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

GENESIS = "0" * 64
UNSEALED_ALARM = timedelta(seconds=60)
KEPT_KEYS = timedelta(days=2)  # idempotency keys; a browser's back button is not older
RUNNING = timedelta(minutes=3)  # longer than any request may take: a key without an answer after this was interrupted
KEY_LENGTH = 80
VERIFY_AT_ONCE = 50_000  # links per run of the verifying task; a long chain is verified in several runs

ERASE = "audit.erase"  # the verb of the line that says which details were erased


def digest_of(values: Any) -> str:
    """sha256 (hex) of JSON values in one canonical spelling."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def detail_digest(before: Any, after: Any, label: str) -> str:
    """What the entry keeps of its detail; without a label as before there were labels."""
    return digest_of([before, after, label] if label else [before, after])


def link(previous: str, *, number: int, sealed_at: datetime, entry: dict[str, Any]) -> str:
    """The digest of a link: of the previous link's digest and of everything this one and its entry say."""
    return digest_of([previous, number, spelt(sealed_at), entry | {"at": spelt(entry["at"])}])


def spelt(at: datetime) -> str:
    """A moment in the one spelling that is hashed: UTC, microseconds, the same from every database."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def plain(value: Any) -> Any:
    """`value` as both databases keep JSON and give it back unchanged, so that its digest still fits: whatever is not a number,
    text, list or dict becomes its text; whole floats become ints (jsonb does that); NUL and lone surrogates are replaced."""
    if isinstance(value, dict):
        return {plain(str(name)): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    return str(value).replace("\0", "\ufffd").encode(errors="replace").decode()
